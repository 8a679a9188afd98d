/**
 * The MQTT door: its settings, and where it listens. Beneath it are, from top to bottom, {@code
 * connection}, {@code session} and {@code packet}; each knows those below it, and none knows one
 * above.
 */
@NullMarked
package io.polyhub.mqtt;

import org.jspecify.annotations.NullMarked;
