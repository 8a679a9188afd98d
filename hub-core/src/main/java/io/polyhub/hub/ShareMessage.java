package io.polyhub.hub;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What nodes tell each other of shares. Immutable; the bytes begin with the kind of message. */
sealed interface ShareMessage {

  /** No answer. */
  byte[] NOTHING = {};

  Shares.Key key();

  /** A node comes to have members; asks the others for what they leave to it. */
  record Joins(Shares.Key key) implements ShareMessage {}

  /** A node has members. */
  record IsThere(Shares.Key key) implements ShareMessage {}

  /** A node has members, and has dealt with its part up to that place. */
  record IsAt(Shares.Key key, Cursor place) implements ShareMessage {}

  /** A node has no members any more, and has dealt with its part up to that place. */
  record Leaves(Shares.Key key, Cursor place) implements ShareMessage {}

  default byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      Cursor place = Cursor.EMPTY;
      switch (this) {
        case Joins joins -> out.writeByte(1);
        case IsThere there -> out.writeByte(2);
        case IsAt at -> {
          out.writeByte(3);
          place = at.place();
        }
        case Leaves leaves -> {
          out.writeByte(4);
          place = leaves.place();
        }
      }
      write(out, key().name());
      write(out, key().filter().text());
      write(out, place.text());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #encode} wrote, or nothing if these bytes are no message. */
  static Optional<ShareMessage> decode(byte[] bytes) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      int kind = in.readByte();
      Shares.Key key = new Shares.Key(read(in), ChannelFilter.of(read(in)));
      Cursor place = Cursor.parse(read(in)).orElse(Cursor.EMPTY);
      return switch (kind) {
        case 1 -> Optional.of(new Joins(key));
        case 2 -> Optional.of(new IsThere(key));
        case 3 -> Optional.of(new IsAt(key, place));
        case 4 -> Optional.of(new Leaves(key, place));
        default -> Optional.empty();
      };
    } catch (IOException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  /** The answer to {@link Joins} of a node that has members. */
  static byte[] encodeBefore(ShareView.Before before) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      write(out, before.node());
      write(out, before.cursor().text());
      out.writeShort(before.nodes().size());
      for (String node : before.nodes()) {
        write(out, node);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #encodeBefore} wrote, or nothing if that is no such answer. */
  static Optional<ShareView.Before> decodeBefore(byte[] bytes) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      String node = read(in);
      Cursor cursor = Cursor.parse(read(in)).orElse(Cursor.EMPTY);
      int count = in.readUnsignedShort();
      Set<String> nodes = new TreeSet<>();
      for (int i = 0; i < count; i++) {
        nodes.add(read(in));
      }
      return Optional.of(new ShareView.Before(node, nodes, cursor));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("length: " + length + " (expected: what is there)");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
