package io.polyhub.hub.share;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What nodes tell each other of shares. Immutable; the bytes begin with the kind of message. */
sealed interface ShareMessage {

  int JOINS = 1;

  /** The first nodes told so that they have members, without a place. */
  int THERE = 2;

  int HERE = 3;
  int LEAVES = 4;

  /** No answer. */
  byte[] NOTHING = {};

  /**
   * What an {@link Ended} begins with, in place of the length of a name: nodes that do not know it
   * take it for no answer.
   */
  int ENDED = -1;

  ShareKey key();

  /**
   * A node comes to have members; asks the others for what they leave to it.
   *
   * @param life the number of the share on its node: one that begins later has a greater one. 0 in
   *     messages of nodes that do not tell it.
   */
  record Joins(ShareKey key, long life) implements ShareMessage {}

  /**
   * A node has members. Told again and again, for what is told once may be lost.
   *
   * @param place up to where it has dealt with its part
   * @param start where it began; empty in messages of nodes that do not tell it
   * @param nodes those that have members as far as it knows. Who is among them and has none says so
   *     with {@link Leaves}.
   * @param countsOn from which place on it leaves publications to each of the others among them;
   *     empty in messages of nodes that do not say so
   * @param number rises with each such message of one life; 0 in messages of nodes that do not
   *     number them
   */
  record Here(
      ShareKey key,
      Cursor place,
      long life,
      Cursor start,
      Set<String> nodes,
      Map<String, Cursor> countsOn,
      long number)
      implements ShareMessage {
    public Here {
      nodes = Set.copyOf(nodes);
      countsOn = Map.copyOf(countsOn);
    }
  }

  /**
   * A node has no members any more, or none at all, and has dealt with its part up to that place;
   * from the empty place it does not know.
   *
   * @param countsOn from which place on it left publications to the nodes that it thought to have
   *     members: it cannot take those over any more, should one of them have none
   */
  record Leaves(ShareKey key, Cursor place, long life, Map<String, Cursor> countsOn)
      implements ShareMessage {
    public Leaves {
      countsOn = Map.copyOf(countsOn);
    }
  }

  /**
   * The answer to {@link Joins} of a node that has no members.
   *
   * @param life the last of its shares under the key, 0 if it had none
   * @param place where that ended
   */
  record Ended(String node, long life, Cursor place) {}

  /**
   * The bytes. What the first nodes told stands first and is the same; they pass over what comes
   * behind it.
   */
  default byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      switch (this) {
        case Joins joins -> {
          begin(out, JOINS, Cursor.EMPTY);
          out.writeLong(joins.life());
        }
        case Here here -> {
          begin(out, HERE, here.place());
          out.writeLong(here.life());
          write(out, here.start().text());
          write(out, here.nodes());
          write(out, here.countsOn());
          out.writeLong(here.number());
        }
        case Leaves leaves -> {
          begin(out, LEAVES, leaves.place());
          out.writeLong(leaves.life());
          write(out, leaves.countsOn());
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private void begin(DataOutputStream out, int kind, Cursor place) throws IOException {
    out.writeByte(kind);
    write(out, key().name());
    write(out, key().filter().text());
    write(out, place.text());
  }

  /** Reads what {@link #encode} wrote, or nothing if these bytes are no message. */
  static Optional<ShareMessage> decode(byte[] bytes) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      int kind = in.readByte();
      ShareKey key = new ShareKey(read(in), ChannelFilter.of(read(in)));
      Cursor place = cursor(read(in));
      long life = in.available() >= Long.BYTES ? in.readLong() : 0;
      return switch (kind) {
        case JOINS -> Optional.of(new Joins(key, life));
        case THERE, HERE -> {
          Cursor start = in.available() > 0 ? cursor(read(in)) : Cursor.EMPTY;
          Set<String> nodes = in.available() > 0 ? readAll(in) : Set.of();
          Map<String, Cursor> countsOn = readPlaces(in);
          long number = in.available() >= Long.BYTES ? in.readLong() : 0;
          yield Optional.of(new Here(key, place, life, start, nodes, countsOn, number));
        }
        case LEAVES -> Optional.of(new Leaves(key, place, life, readPlaces(in)));
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
      write(out, before.nodes());
      out.writeLong(before.life());
      write(out, before.start().text());
      write(out, before.countsOn());
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
      Cursor cursor = cursor(read(in));
      Set<String> nodes = readAll(in);
      long life = in.available() >= Long.BYTES ? in.readLong() : 0;
      Cursor start = in.available() > 0 ? cursor(read(in)) : Cursor.EMPTY;
      return Optional.of(new ShareView.Before(node, nodes, cursor, life, start, readPlaces(in)));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  /** The answer to {@link Joins} of a node that has no members. */
  static byte[] encodeEnded(Ended ended) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeInt(ENDED);
      write(out, ended.node());
      out.writeLong(ended.life());
      write(out, ended.place().text());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #encodeEnded} wrote, or nothing if that is no such answer. */
  static Optional<Ended> decodeEnded(byte[] bytes) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      return in.readInt() == ENDED
          ? Optional.of(new Ended(read(in), in.readLong(), cursor(read(in))))
          : Optional.empty();
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private static Cursor cursor(String text) {
    return Cursor.parse(text).orElse(Cursor.EMPTY);
  }

  private static void write(DataOutputStream out, Set<String> nodes) throws IOException {
    out.writeShort(nodes.size());
    for (String node : new TreeSet<>(nodes)) {
      write(out, node);
    }
  }

  private static Set<String> readAll(DataInputStream in) throws IOException {
    int count = in.readUnsignedShort();
    Set<String> nodes = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      nodes.add(read(in));
    }
    return nodes;
  }

  private static void write(DataOutputStream out, Map<String, Cursor> places) throws IOException {
    out.writeShort(places.size());
    for (Map.Entry<String, Cursor> place : new TreeMap<>(places).entrySet()) {
      write(out, place.getKey());
      write(out, place.getValue().text());
    }
  }

  /** Those that the first nodes did not send. */
  private static Map<String, Cursor> readPlaces(DataInputStream in) throws IOException {
    int count = in.available() > 0 ? in.readUnsignedShort() : 0;
    Map<String, Cursor> places = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      places.put(read(in), cursor(read(in)));
    }
    return places;
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
