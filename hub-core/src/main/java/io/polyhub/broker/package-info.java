/**
 * The broker seam: the engine below the hub, which stores publications and carries them between
 * nodes. {@link io.polyhub.broker.Broker} is written as instructions to the next implementer.
 */
@NullMarked
package io.polyhub.broker;

import org.jspecify.annotations.NullMarked;
