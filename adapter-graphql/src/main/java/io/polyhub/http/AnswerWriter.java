package io.polyhub.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;

/**
 * Writes answers of HTTP/1.1, and leaves out the body of an answer to HEAD, whoever made it (RFC
 * 9110 section 9.3.2). Used by the thread of the connection, or of the request that it waits for.
 */
final class AnswerWriter implements DataWriter {

  private static final int END = ('\r' << 24) | ('\n' << 16) | ('\r' << 8) | '\n';
  private static final int CONTINUE_LENGTH = "HTTP/1.1 100 Continue\r\n\r\n".length();

  private final DataWriter out;
  private boolean headOnly;
  private boolean begun;
  private boolean headWritten;
  private int lastFour;

  AnswerWriter(DataWriter out) {
    this.out = out;
  }

  /** The next answer is to a request with that method. */
  void answerTo(String method) {
    headOnly = method.equals("HEAD");
    begun = false;
    headWritten = false;
    lastFour = 0;
  }

  /** Whether any of the answer was written. */
  boolean hasBegun() {
    return begun;
  }

  private BufferData cut(BufferData data) {
    // The interim answer is written alone, and is the only text of its length.
    begun |= data.available() != CONTINUE_LENGTH;
    if (!headOnly || !begun) {
      return data;
    }
    if (headWritten) {
      // What streams its body might go on for ever, and has nobody who reads it.
      throw new UncheckedIOException(new ClosedChannelException());
    }
    byte[] bytes = new byte[data.available()];
    int size = 0;
    while (!data.consumed()) {
      byte next = (byte) data.read();
      if (!headWritten) {
        bytes[size++] = next;
        lastFour = (lastFour << 8) | (next & 0xff);
        headWritten = lastFour == END;
      }
    }
    return BufferData.create(bytes, 0, size);
  }

  @Override
  public void write(BufferData... buffers) {
    for (BufferData buffer : buffers) {
      write(buffer);
    }
  }

  @Override
  public void write(BufferData buffer) {
    BufferData data = cut(buffer);
    if (data.available() > 0) {
      out.write(data);
    }
  }

  @Override
  public void writeNow(BufferData... buffers) {
    for (BufferData buffer : buffers) {
      writeNow(buffer);
    }
  }

  @Override
  public void writeNow(BufferData buffer) {
    BufferData data = cut(buffer);
    if (data.available() > 0) {
      out.writeNow(data);
    }
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    out.close();
  }
}
