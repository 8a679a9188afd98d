package io.polyhub.channel;

import org.jspecify.annotations.Nullable;

/**
 * One subscriber of a channel, as presence tells of it.
 *
 * @param session the session's id
 * @param user the identity's user, empty for an anonymous one
 * @param door the door by which it came
 * @param info opaque bytes about the user (JSON), or null
 * @param channelInfo opaque bytes about the user on this channel (JSON), or null
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record Member(
    String session,
    String user,
    String door,
    byte @Nullable [] info,
    byte @Nullable [] channelInfo) {

  // Spelled out, because javac leaves an implicit constructor's array annotations out of the class
  // file.
  public Member(
      String session,
      String user,
      String door,
      byte @Nullable [] info,
      byte @Nullable [] channelInfo) {
    this.session = session;
    this.user = user;
    this.door = door;
    this.info = info;
    this.channelInfo = channelInfo;
  }
}
