@NullMarked
package io.polyhub.mqtt.session;

import org.jspecify.annotations.NullMarked;
