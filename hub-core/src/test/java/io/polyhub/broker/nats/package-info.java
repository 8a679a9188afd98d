@NullMarked
package io.polyhub.broker.nats;

import org.jspecify.annotations.NullMarked;
