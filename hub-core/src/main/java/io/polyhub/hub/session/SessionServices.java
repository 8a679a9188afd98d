package io.polyhub.hub.session;

import io.polyhub.hub.CloseReason;
import java.time.InstantSource;
import java.util.function.BiConsumer;

/**
 * What sessions pass their clients' requests on to; one for all sessions of a node, so that it
 * costs each of them one reference. Only {@link LaneSession} looks into it.
 *
 * @param closed called once, in the session's lane, with each session of a client that has closed
 */
record SessionServices(
    Publishing publishing,
    Subscribing subscribing,
    Asking asking,
    Refreshing refreshing,
    Permissions permissions,
    Delivery delivery,
    InstantSource clock,
    BiConsumer<LaneSession, CloseReason> closed) {}
