package io.polyhub.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.polyhub.channel.Publication;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.websocket.CentrifugeJsonCodec.Framing;
import java.util.List;
import java.util.function.Function;

/**
 * One of the two encodings of the Centrifuge protocol: bytes to commands, replies to bytes. Pure;
 * any thread.
 */
sealed interface CentrifugeCodec permits CentrifugeJsonCodec, CentrifugeProtobufCodec {

  /** On WebSocket. */
  CentrifugeCodec JSON = new CentrifugeJsonCodec(Framing.MESSAGES, false);

  CentrifugeCodec LINES = new CentrifugeJsonCodec(Framing.LINES, false);
  CentrifugeCodec EVENTS = new CentrifugeJsonCodec(Framing.EVENTS, false);
  CentrifugeCodec UNI_JSON = new CentrifugeJsonCodec(Framing.MESSAGES, true);
  CentrifugeCodec UNI_LINES = new CentrifugeJsonCodec(Framing.LINES, true);
  CentrifugeCodec UNI_EVENTS = new CentrifugeJsonCodec(Framing.EVENTS, true);
  CentrifugeCodec PROTOBUF = new CentrifugeProtobufCodec();

  /** Whether payloads stand in it as JSON. */
  boolean json();

  /** Whether several replies may stand in one message of the transport. */
  boolean joins();

  /**
   * Reads the commands of one frame.
   *
   * @param maxCommands the most commands of a frame
   * @throws MalformedCommandException if it does not hold one to that many whole commands; it has
   *     the commands that come before the mistake
   */
  List<Command> decode(byte[] frame, int maxCommands) throws MalformedCommandException;

  /** Writes a reply as it stands in a frame that holds nothing else. */
  byte[] encode(Reply reply);

  /** Adds an encoded reply to what goes into one frame. */
  void join(ByteBuf frame, byte[] encodedReply);

  /** Makes a message of the bytes, which it takes over. */
  WebSocketFrame message(ByteBuf frame);

  /** Prepares an encoded reply that goes to many. */
  PreparedMessage prepare(byte[] encodedReply);

  /** Makes the push of a publication for all who subscribed to its channel itself. */
  Function<Publication, PreparedMessage> pushes();

  /** The ping, as it is written. */
  PreparedMessage ping();

  /** A frame is not made of commands. Has no stack trace: it is the peer's mistake. */
  final class MalformedCommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private transient List<Command> before = List.of();

    MalformedCommandException(String message) {
      super(message, null, false, false);
    }

    /** The same mistake, behind these commands of its frame. */
    MalformedCommandException behind(List<Command> commands) {
      before = commands;
      return this;
    }

    /** The commands of the frame that come before the mistake. */
    List<Command> before() {
      return before;
    }
  }
}
