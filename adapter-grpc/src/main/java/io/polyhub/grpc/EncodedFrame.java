package io.polyhub.grpc;

import com.google.protobuf.MessageLite;

/**
 * A frame for a client, ready for the wire.
 *
 * @param head the frame, or its first part
 * @param tail the rest, which other clients may be sent as well; often empty
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
record EncodedFrame(byte[] head, byte[] tail) {

  /**
   * Not a frame: makes the transport break the stream off at once, and with it what waits for a
   * client that does not read.
   */
  static final EncodedFrame ABORT = new EncodedFrame(new byte[0], new byte[0]);

  private static final byte[] NOTHING = new byte[0];

  static EncodedFrame of(MessageLite frame) {
    return new EncodedFrame(frame.toByteArray(), NOTHING);
  }
}
