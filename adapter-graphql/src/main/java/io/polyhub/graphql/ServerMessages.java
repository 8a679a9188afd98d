package io.polyhub.graphql;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.polyhub.hub.Session;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the server's messages of the protocol {@code graphql-transport-ws}. Pure. */
final class ServerMessages {

  private static final byte[] ID = ascii("{\"id\":");
  private static final byte[] NEXT = ascii(",\"type\":\"next\",\"payload\":");
  private static final byte[] ERROR = ascii(",\"type\":\"error\",\"payload\":");
  private static final byte[] COMPLETE = ascii(",\"type\":\"complete\"}");
  private static final byte[] EXTENSIONS = ascii(",\"extensions\":");

  private ServerMessages() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Accepts the client, and tells it who it is and until when. */
  static byte[] connectionAck(Session session) {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("session", session.id());
    payload.put("user", session.identity().user());
    Instant expiresAt = session.identity().expiresAt();
    payload.put("expiresAt", expiresAt == null ? null : DateTimeScalar.text(expiresAt));
    return Json.write(message("connection_ack", payload));
  }

  /** Answers a ping with its payload, if it has one. */
  static byte[] pong(@Nullable Map<String, @Nullable Object> payload) {
    return Json.write(message("pong", payload));
  }

  private static Map<String, @Nullable Object> message(
      String type, @Nullable Map<String, @Nullable Object> payload) {
    Map<String, @Nullable Object> message = LinkedHashMap.newLinkedHashMap(2);
    message.put("type", type);
    if (payload != null) {
      message.put("payload", payload);
    }
    return message;
  }

  /** A result of an operation, with extensions if they are not null. */
  static ByteBuf next(
      ByteBufAllocator allocator, byte[] id, byte[] result, byte @Nullable [] extensions) {
    int length = ID.length + id.length + NEXT.length + result.length + 1;
    if (extensions == null) {
      return allocator
          .buffer(length)
          .writeBytes(ID)
          .writeBytes(id)
          .writeBytes(NEXT)
          .writeBytes(result)
          .writeByte('}');
    }
    return allocator
        .buffer(length + EXTENSIONS.length + extensions.length)
        .writeBytes(ID)
        .writeBytes(id)
        .writeBytes(NEXT)
        .writeBytes(result, 0, result.length - 1)
        .writeBytes(EXTENSIONS)
        .writeBytes(extensions)
        .writeByte('}')
        .writeByte('}');
  }

  /** The errors that end an operation. */
  static ByteBuf error(ByteBufAllocator allocator, byte[] id, byte[] errors) {
    return allocator
        .buffer(ID.length + id.length + ERROR.length + errors.length + 1)
        .writeBytes(ID)
        .writeBytes(id)
        .writeBytes(ERROR)
        .writeBytes(errors)
        .writeByte('}');
  }

  /** An operation has ended. */
  static ByteBuf complete(ByteBufAllocator allocator, byte[] id) {
    return allocator
        .buffer(ID.length + id.length + COMPLETE.length)
        .writeBytes(ID)
        .writeBytes(id)
        .writeBytes(COMPLETE);
  }
}
