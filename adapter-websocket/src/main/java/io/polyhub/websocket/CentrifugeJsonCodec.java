package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.polyhub.channel.Publication;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * JSON: one object on each line. Not the usual mapping of Protobuf to JSON: names are as in the
 * schema, 64-bit integers are numbers, and {@code bytes} are JSON values in their own right.
 */
final class CentrifugeJsonCodec implements CentrifugeCodec {

  private static final byte[] EVENT = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** How replies follow each other. */
  enum Framing {
    /** Each message of the transport holds one reply, or several with line ends between them. */
    MESSAGES,
    /**
     * Each reply is a line, of ASCII alone: readers decode what the network brings piece by piece,
     * and a letter that is cut between two pieces would be damaged.
     */
    LINES,
    /** Each reply is a server-sent event (HTML, section 9.2.5). */
    EVENTS
  }

  private final Framing framing;
  private final boolean unidirectional;
  private final Function<Publication, PreparedMessage> pushes = this::push;
  private final PreparedMessage ping;

  /**
   * Makes a codec.
   *
   * @param unidirectional whether pushes are written bare, for clients that only listen
   */
  CentrifugeJsonCodec(Framing framing, boolean unidirectional) {
    this.framing = framing;
    this.unidirectional = unidirectional;
    ping = PreparedMessage.text(encode(Reply.getDefaultInstance()));
  }

  @Override
  public boolean json() {
    return true;
  }

  @Override
  public boolean joins() {
    return framing != Framing.MESSAGES || !unidirectional;
  }

  /** One line end behind the last command is tolerated. */
  @Override
  public List<Command> decode(byte[] frame, int maxCommands) throws MalformedCommandException {
    int end = frame.length;
    if (end > 0 && frame[end - 1] == '\n') {
      end--;
    }
    List<Command> commands = new ArrayList<>(1);
    int start = 0;
    try {
      while (start <= end) {
        int lineEnd = start;
        while (lineEnd < end && frame[lineEnd] != '\n') {
          lineEnd++;
        }
        if (commands.size() == maxCommands) {
          throw new MalformedCommandException("too many commands in one frame");
        }
        commands.add(CentrifugeJsonReader.read(frame, start, lineEnd - start));
        start = lineEnd + 1;
      }
    } catch (MalformedCommandException malformed) {
      throw malformed.behind(commands);
    }
    return commands;
  }

  @Override
  public byte[] encode(Reply reply) {
    byte[] json =
        unidirectional ? CentrifugeJsonWriter.writePush(reply) : CentrifugeJsonWriter.write(reply);
    return switch (framing) {
      case MESSAGES -> json;
      case LINES -> line(json);
      case EVENTS -> event(json);
    };
  }

  private static byte[] line(byte[] json) {
    boolean ascii = true;
    for (byte b : json) {
      ascii &= b >= 0;
    }
    if (ascii) {
      byte[] line = Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      return line;
    }
    String text = new String(json, StandardCharsets.UTF_8);
    byte[] line = new byte[6 * text.length() + 1];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        line[length++] = (byte) c;
      } else {
        line[length++] = '\\';
        line[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
          line[length++] = HEX[(c >> shift) & 0xF];
        }
      }
    }
    line[length++] = '\n';
    return Arrays.copyOf(line, length);
  }

  /** Within an event a carriage return would end the line, which in JSON only blanks can be. */
  private static byte[] event(byte[] json) {
    byte[] event = new byte[EVENT.length + json.length + 2];
    System.arraycopy(EVENT, 0, event, 0, EVENT.length);
    System.arraycopy(json, 0, event, EVENT.length, json.length);
    for (int i = EVENT.length; i < event.length - 2; i++) {
      if (event[i] == '\r') {
        event[i] = ' ';
      }
    }
    event[event.length - 2] = '\n';
    event[event.length - 1] = '\n';
    return event;
  }

  /** The event, from which its reader can resume there. */
  static byte[] placed(byte[] event, String cursor) {
    byte[] id = ("id: " + cursor + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] placed = Arrays.copyOf(id, id.length + event.length);
    System.arraycopy(event, 0, placed, id.length, event.length);
    return placed;
  }

  @Override
  public void join(ByteBuf frame, byte[] encodedReply) {
    if (framing == Framing.MESSAGES && frame.isReadable()) {
      frame.writeByte('\n');
    }
    frame.writeBytes(encodedReply);
  }

  @Override
  public WebSocketFrame message(ByteBuf frame) {
    return new TextWebSocketFrame(frame);
  }

  @Override
  public Function<Publication, PreparedMessage> pushes() {
    return pushes;
  }

  private PreparedMessage push(Publication publication) {
    return CentrifugeMessages.push(this, publication);
  }

  @Override
  public PreparedMessage ping() {
    return ping;
  }

  @Override
  public PreparedMessage prepare(byte[] encodedReply) {
    return PreparedMessage.text(encodedReply);
  }
}
