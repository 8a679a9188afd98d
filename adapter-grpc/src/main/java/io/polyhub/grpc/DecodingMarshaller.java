package io.polyhub.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads messages without throwing at a peer's mistake, so that the mistake gets a coded answer. */
final class DecodingMarshaller<T extends MessageLite>
    implements MethodDescriptor.Marshaller<Decoded<T>> {

  private final Parser<T> parser;
  private final int limit;

  /**
   * @param limit the largest message, in bytes; of a larger one no more is read than shows that it
   *     is
   */
  DecodingMarshaller(Parser<T> parser, int limit) {
    this.parser = parser;
    this.limit = limit;
  }

  @Override
  public Decoded<T> parse(InputStream stream) {
    byte[] bytes;
    try {
      bytes = stream.readNBytes(limit + 1);
    } catch (IOException broken) {
      throw Status.INTERNAL.withCause(broken).asRuntimeException();
    }
    if (bytes.length > limit) {
      return new Decoded<>(null, bytes.length);
    }
    try {
      return new Decoded<>(parser.parseFrom(bytes), bytes.length);
    } catch (InvalidProtocolBufferException malformed) {
      return new Decoded<>(null, bytes.length);
    }
  }

  @Override
  public InputStream stream(Decoded<T> value) {
    T message = value.message();
    return new ByteArrayInputStream(message == null ? new byte[0] : message.toByteArray());
  }
}
