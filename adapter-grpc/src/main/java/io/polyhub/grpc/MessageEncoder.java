package io.polyhub.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink.Source;
import io.polyhub.hub.Subscription;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.MessageSource;
import io.polyhub.proto.v1.ServerFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Encodes a publication for subscribers. The publication itself is encoded once and shared by all;
 * for each subscriber only the few bytes around it are made, which name the subscription.
 */
final class MessageEncoder {

  private static final Object KEY = new Object();

  private MessageEncoder() {}

  @SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
  private record Encoded(byte[] publication, byte[] cursor) {

    static Encoded of(Publication publication) {
      return new Encoded(
          GrpcReplies.publication(publication).toByteArray(),
          ascii(GrpcReplies.cursor(publication.position())));
    }
  }

  /** Returns the frame that brings the publication to that subscription. */
  static EncodedFrame message(
      long id, Subscription subscription, Publication publication, Source source) {
    Encoded encoded = publication.memo(KEY, Encoded::of);
    byte[] cursor = cursorAfter(subscription, publication, source, encoded);
    try {
      return new EncodedFrame(
          head(id, cursor, source(source), encoded.publication.length), encoded.publication);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /**
   * Where the subscription resumes after this publication. In a single channel's log that is the
   * publication's own place.
   */
  private static byte[] cursorAfter(
      Subscription subscription, Publication publication, Source source, Encoded encoded) {
    if (source != Source.LAST_VALUE && subscription.filter().exact()) {
      return encoded.cursor;
    }
    Position position = publication.position();
    Cursor cursor = subscription.cursor();
    if (source == Source.LAST_VALUE || position == null) {
      return ascii(cursor.text());
    }
    return ascii(cursor.advancedTo(Cursor.of(position)).text());
  }

  /** All of the frame up to the publication, which comes last. */
  private static byte[] head(long id, byte[] cursor, MessageSource source, int publicationLength)
      throws IOException {
    int before =
        CodedOutputStream.computeUInt64Size(Message.SUBSCRIPTION_ID_FIELD_NUMBER, id)
            + (cursor.length == 0
                ? 0
                : CodedOutputStream.computeByteArraySize(Message.CURSOR_FIELD_NUMBER, cursor))
            + CodedOutputStream.computeEnumSize(Message.SOURCE_FIELD_NUMBER, source.getNumber())
            + CodedOutputStream.computeTagSize(Message.PUBLICATION_FIELD_NUMBER)
            + CodedOutputStream.computeUInt32SizeNoTag(publicationLength);
    int message = before + publicationLength;
    byte[] head =
        new byte
            [CodedOutputStream.computeTagSize(ServerFrame.MESSAGE_FIELD_NUMBER)
                + CodedOutputStream.computeUInt32SizeNoTag(message)
                + before];
    CodedOutputStream out = CodedOutputStream.newInstance(head);
    out.writeTag(ServerFrame.MESSAGE_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(message);
    out.writeUInt64(Message.SUBSCRIPTION_ID_FIELD_NUMBER, id);
    if (cursor.length > 0) {
      out.writeByteArray(Message.CURSOR_FIELD_NUMBER, cursor);
    }
    out.writeEnum(Message.SOURCE_FIELD_NUMBER, source.getNumber());
    out.writeTag(Message.PUBLICATION_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(publicationLength);
    out.checkNoSpaceLeft();
    return head;
  }

  private static MessageSource source(Source source) {
    return switch (source) {
      case LIVE -> MessageSource.MESSAGE_SOURCE_LIVE;
      case LOG -> MessageSource.MESSAGE_SOURCE_REPLAY;
      case LAST_VALUE -> MessageSource.MESSAGE_SOURCE_LAST_VALUE;
    };
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
