@NullMarked
package io.polyhub.mqtt;

import org.jspecify.annotations.NullMarked;
