package io.polyhub.bench.target;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Frames of the hub's API in Protobuf, as much of them as load clients need, written by hand. */
final class BareFrames {

  /** Fields of ClientFrame, which tell what a client wants. */
  static final int HELLO = 2;

  static final int PUBLISH = 3;
  static final int SUBSCRIBE = 4;

  /** Fields of ServerFrame. */
  private static final int WELCOME = 2;

  private static final int PUBLISHED = 3;
  private static final int SUBSCRIBED = 4;
  private static final int MESSAGE = 6;

  private static final int VARINT = 0;
  private static final int LENGTH = 2;
  private static final int AT_MOST_ONCE = 1;
  private static final int LIVE = 1;

  /** All subscriptions have the same number, so that all are sent the same bytes. */
  private static final int SUBSCRIPTION_ID = 1;

  private BareFrames() {}

  /**
   * What a client asked for.
   *
   * @param kind the field of its frame that holds the request
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares requests
  record Request(long id, int kind, byte[] body) {}

  /** Reads a ClientFrame. */
  static Request read(byte[] frame) {
    Reader in = new Reader(frame);
    long id = 0;
    int kind = 0;
    byte[] body = {};
    while (in.next()) {
      if (in.field() == 1) {
        id = in.number();
      } else {
        kind = in.field();
        body = in.bytes();
      }
    }
    return new Request(id, kind, body);
  }

  /** The answer to a request, or null if it wants none. */
  static byte @Nullable [] answer(Request request) {
    Writer body = new Writer();
    int kind;
    switch (request.kind()) {
      case HELLO -> {
        kind = WELCOME;
        body.bytes(1, new byte[] {'b', 'a', 'r', 'e'});
      }
      case SUBSCRIBE -> {
        kind = SUBSCRIBED;
        body.number(1, SUBSCRIPTION_ID).number(3, AT_MOST_ONCE);
      }
      case PUBLISH -> {
        kind = PUBLISHED;
        body.number(2, AT_MOST_ONCE);
      }
      default -> {
        return null;
      }
    }
    return request.id() == 0
        ? null
        : new Writer().number(1, request.id()).bytes(kind, body.written()).written();
  }

  /** The event by which subscribers are told of a publication. */
  static byte[] message(byte[] publish) {
    Writer publication = new Writer();
    Reader in = new Reader(publish);
    while (in.next()) {
      // The channel and the payload have the same fields in Publish as in Publication.
      if (in.field() <= 2) {
        publication.bytes(in.field(), in.bytes());
      } else {
        in.skip();
      }
    }
    Writer message =
        new Writer().number(1, SUBSCRIPTION_ID).bytes(2, publication.written()).number(4, LIVE);
    return new Writer().bytes(MESSAGE, message.written()).written();
  }

  /** Reads fields one after the other. */
  private static final class Reader {

    private final byte[] from;
    private int at;
    private long tag;

    Reader(byte[] from) {
      this.from = from;
    }

    boolean next() {
      if (at == from.length) {
        return false;
      }
      tag = number();
      return true;
    }

    int field() {
      return (int) (tag >>> 3);
    }

    long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = from[at++];
        value |= (long) (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }

    byte[] bytes() {
      int length = (int) number();
      byte[] value = new byte[length];
      System.arraycopy(from, at, value, 0, length);
      at += length;
      return value;
    }

    /** Passes over a value of the two kinds that Publish has. */
    void skip() {
      if ((tag & 7) == VARINT) {
        number();
      } else {
        bytes();
      }
    }
  }

  /** Writes fields one after the other. */
  private static final class Writer {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Writer number(int field, long value) {
      varint((field << 3) | VARINT);
      varint(value);
      return this;
    }

    Writer bytes(int field, byte[] value) {
      varint((field << 3) | LENGTH);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      long left = value;
      while ((left & ~0x7FL) != 0) {
        out.write((int) (left & 0x7F) | 0x80);
        left >>>= 7;
      }
      out.write((int) left);
    }

    byte[] written() {
      return out.toByteArray();
    }
  }
}
