package io.polyhub.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * GraphQL over server-sent events, a connection for the one subscription: HTTP/1.1 with chunks. It
 * does not publish.
 */
public final class EventStreamDialect implements Dialect {

  private static final byte[] HEAD_END = GraphQlText.bytes("\r\n\r\n");
  private static final byte[] OK = GraphQlText.bytes("HTTP/1.1 200");
  private static final byte[] EVENT_END = GraphQlText.bytes("\n\n");

  private final String channel;
  private final boolean resuming;
  private final boolean returning;
  private @Nullable String cursor;
  private boolean open;

  /** What came of an event whose end is still to come; almost never anything. */
  private ByteBuf begun = Unpooled.EMPTY_BUFFER;

  EventStreamDialect(String channel, boolean resuming) {
    this(channel, resuming, null);
  }

  private EventStreamDialect(String channel, boolean resuming, @Nullable String cursor) {
    this.channel = channel;
    this.resuming = resuming;
    this.returning = cursor != null;
    this.cursor = cursor;
  }

  @Override
  public Dialect again() {
    if (!resuming) {
      throw new UnsupportedOperationException("it did not note where it is");
    }
    return new EventStreamDialect(channel, true, cursor);
  }

  @Override
  public void opened(LoadClient client) {
    String body = GraphQlText.feed(channel, resuming, cursor);
    String request =
        "POST /graphql/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    ByteBuf out = client.buffer(request.length());
    out.writeCharSequence(request, StandardCharsets.US_ASCII);
    client.write(out);
  }

  @Override
  public boolean read(LoadClient client, ByteBuf in) {
    return open ? readChunk(client, in) : readHead(client, in);
  }

  private boolean readHead(LoadClient client, ByteBuf in) {
    int end = Bytes.indexOf(in, HEAD_END);
    if (end < 0) {
      return false;
    }
    if (!Bytes.startsWith(in, OK)) {
      client.fail("refused: " + in.toString(StandardCharsets.US_ASCII));
      return false;
    }
    in.readerIndex(end + HEAD_END.length);
    open = true;
    return true;
  }

  /** RFC 9112, 7.1: the size in hexadecimal digits, a line end, the bytes, a line end. */
  private boolean readChunk(LoadClient client, ByteBuf in) {
    int start = in.readerIndex();
    int lineEnd = in.indexOf(start, in.writerIndex(), (byte) '\n');
    if (lineEnd < 0) {
      return false;
    }
    int size = 0;
    for (int at = start; at < lineEnd; at++) {
      int digit = Character.digit(in.getByte(at), 16);
      if (digit < 0) {
        break;
      }
      size = size * 16 + digit;
    }
    if (in.writerIndex() < lineEnd + 1 + size + 2) {
      return false;
    }
    in.readerIndex(lineEnd + 1);
    readEvents(client, in.readSlice(size));
    in.skipBytes(2);
    if (size == 0) {
      client.abort();
    }
    return true;
  }

  private void readEvents(LoadClient client, ByteBuf chunk) {
    ByteBuf text = begun.isReadable() ? Unpooled.copiedBuffer(begun, chunk) : chunk;
    for (int end = Bytes.indexOf(text, EVENT_END); end >= 0; end = Bytes.indexOf(text, EVENT_END)) {
      readEvent(client, text.readSlice(end - text.readerIndex()));
      text.skipBytes(EVENT_END.length);
    }
    begun =
        text.isReadable()
            ? Unpooled.wrappedBuffer(ByteBufUtil.getBytes(text))
            : Unpooled.EMPTY_BUFFER;
  }

  private void readEvent(LoadClient client, ByteBuf event) {
    if (Bytes.indexOf(event, GraphQlText.MESSAGE) >= 0) {
      note(event);
      client.listener().message(client, event);
    } else if (Bytes.indexOf(event, GraphQlText.ERROR) >= 0) {
      client.fail("refused: " + event.toString(StandardCharsets.UTF_8));
    } else if (Bytes.indexOf(event, GraphQlText.SUBSCRIBED) >= 0) {
      if (returning && GraphQlText.isUnrecoverable(event)) {
        client.listener().unrecovered(client);
      }
      note(event);
      client.becomeReady();
    }
  }

  private void note(ByteBuf event) {
    if (resuming) {
      String told = GraphQlText.cursor(event);
      cursor = told == null ? cursor : told;
    }
  }

  @Override
  public void publish(LoadClient client, long number, String to, byte[] payload) {
    throw new UnsupportedOperationException("an event stream does not publish");
  }
}
