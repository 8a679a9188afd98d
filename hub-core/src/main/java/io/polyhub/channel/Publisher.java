package io.polyhub.channel;

import org.jspecify.annotations.Nullable;

/**
 * Who published: the user, the session, and what the session's token told of it.
 *
 * @param user the identity's user, empty for an anonymous one
 * @param session the publishing session's id
 * @param info opaque bytes from the token (JSON, as the issuer wrote it), or null
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record Publisher(String user, String session, byte @Nullable [] info) {}
