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
public record Publisher(String user, String session, byte @Nullable [] info) {

  // Spelled out, because javac leaves an implicit constructor's array annotations out of the class
  // file.
  public Publisher(String user, String session, byte @Nullable [] info) {
    this.user = user;
    this.session = session;
    this.info = info;
  }
}
