package io.polyhub.graphql;

import io.polyhub.http.Accepts;
import io.polyhub.hub.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of graphql-sse's protocol, as an event stream has them (HTML Living Standard,
 * section "Server-sent events"). Pure.
 */
final class SseEvents implements StreamFormat {

  /** For a stream that has one operation, whose cursors a browser sends back. */
  static final SseEvents DISTINCT = new SseEvents(false);

  /** For a stream that carries several operations, whose events name theirs. */
  static final SseEvents SINGLE = new SseEvents(true);

  private static final byte[] NEXT = ascii("event: next\n");
  private static final byte[] COMPLETE = ascii("event: complete\n");
  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] OPERATION = ascii("{\"id\":");
  private static final byte[] PAYLOAD = ascii(",\"payload\":");

  /** Where a comment may be written in two parts; together they are one empty comment. */
  private static final byte[] COMMENT_BEGIN = ascii(":");

  private static final byte[] COMMENT_END = ascii("\n\n");

  private final boolean several;

  private SseEvents(boolean several) {
    this.several = several;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String contentType() {
    return Accepts.EVENT_STREAM + "; charset=utf-8";
  }

  @Override
  public byte[] opening() {
    return comment("");
  }

  /** The cursor is what a browser sends back as {@code Last-Event-ID}. */
  @Override
  public byte[] next(
      byte[] operation, byte[] result, byte @Nullable [] extensions, @Nullable String cursor) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(result.length + 128);
    out.writeBytes(NEXT);
    if (cursor != null && !several) {
      out.writeBytes(ID);
      out.writeBytes(ascii(cursor));
      out.write('\n');
    }
    out.writeBytes(DATA);
    if (several) {
      out.writeBytes(OPERATION);
      out.writeBytes(operation);
      out.writeBytes(PAYLOAD);
    }
    StreamFormat.writeResult(out, result, extensions);
    if (several) {
      out.write('}');
    }
    return onOneLine(out);
  }

  @Override
  public byte[] complete(byte[] operation) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(COMPLETE);
    out.writeBytes(DATA);
    if (several) {
      out.writeBytes(OPERATION);
      out.writeBytes(operation);
      out.write('}');
    }
    return onOneLine(out);
  }

  /** A comment: a client that finds its stream ended without {@code complete} comes back. */
  @Override
  public byte[] goodbye(CloseReason reason) {
    return comment(" " + reason.text());
  }

  @Override
  public byte[] aliveBegin() {
    return COMMENT_BEGIN;
  }

  @Override
  public byte[] aliveEnd() {
    return COMMENT_END;
  }

  /** A comment, which clients pass over. */
  private static byte[] comment(String text) {
    return ascii(":" + text + "\n\n");
  }

  /**
   * Ends the event. JSON text that we pass on may have line breaks between its tokens; here they
   * would end the line, and a space means the same.
   */
  private static byte[] onOneLine(ByteArrayOutputStream out) {
    out.writeBytes(COMMENT_END);
    byte[] bytes = out.toByteArray();
    int start = indexOfData(bytes);
    for (int i = start; i < bytes.length - COMMENT_END.length; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        bytes[i] = ' ';
      }
    }
    return bytes;
  }

  /** The data come last, after at most two lines. */
  private static int indexOfData(byte[] bytes) {
    int i = 0;
    while (bytes[i] != 'd') {
      while (bytes[i] != '\n') {
        i++;
      }
      i++;
    }
    return i;
  }
}
