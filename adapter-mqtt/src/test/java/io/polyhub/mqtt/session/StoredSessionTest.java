package io.polyhub.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.mqtt.Bytes;
import io.polyhub.mqtt.packet.Packet;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StoredSessionTest {

  private static final StoredSession SESSION =
      new StoredSession(
          3600,
          1_700_000_000_000L,
          "nodeA",
          65_535,
          List.of(
              new StoredSubscription(
                  new Packet.TopicFilter("a/+/é", 2, true, true, 1),
                  0,
                  268_435_455,
                  Cursor.of(new Position("abc", 42)),
                  Cursor.of(new Position("abc", 50)),
                  List.of(
                      new Unacknowledged(65_535, 2, new Position("abc", 43)),
                      new Unacknowledged(1, 1, new Position("abc", 49)))),
              new StoredSubscription(
                  new Packet.TopicFilter("#", 1, false, false, 0),
                  1,
                  0,
                  Cursor.EMPTY,
                  Cursor.EMPTY,
                  List.of())),
          List.of(1, 65_535),
          new PacketIdUses.Stored(
              -1,
              IntStream.range(0, PacketIdUses.CLASSES).boxed().toList(),
              List.of(
                  new PacketIdUses.StoredUse(7, 7, true),
                  new PacketIdUses.StoredUse(65_535, -1, false))));

  @Test
  void it_is_read_as_it_was_written() {
    assertThat(StoredSessionCodec.decode(StoredSessionCodec.encode(SESSION))).contains(SESSION);
  }

  private static final PacketIdUses.Stored USES =
      new PacketIdUses.Stored(9, List.of(), List.of(new PacketIdUses.StoredUse(3, 4, false)));

  /** What earlier releases said of packet identifiers that were not released. */
  private static final PacketIdUses.Stored WITHOUT_NUMBERS =
      new PacketIdUses.Stored(0, List.of(), List.of(new PacketIdUses.StoredUse(3, 0, true)));

  private static StoredSession ofNode(
      String node, List<Unacknowledged> owed, long taken, PacketIdUses.Stored uses) {
    return new StoredSession(
        60,
        0,
        node,
        9,
        List.of(
            new StoredSubscription(
                new Packet.TopicFilter("t", 1, false, true, 2),
                1,
                5,
                Cursor.of(new Position("e", 3)),
                Cursor.of(new Position("e", taken)),
                owed)),
        List.of(2),
        uses);
  }

  @Test
  void its_form_stays_what_earlier_releases_wrote() {
    StoredSession session =
        ofNode("n", List.of(new Unacknowledged(7, 2, new Position("e", 4))), 5, USES);
    byte[] bytes =
        Bytes.of(
            "03                      ; version of this form",
            "00 00 00 00 00 00 00 3C ; session expiry, seconds",
            "00 00 00 00 00 00 00 00 ; detached at, 0 while connected",
            "00 01 'n'               ; node",
            "00 09                   ; last packet identifier",
            "00 00 00 01             ; one subscription",
            "29                      ; QoS 1, retain as published, retain handling 2",
            "01                      ; granted QoS",
            "00 00 00 05             ; subscription identifier",
            "00 01 't' 00 03 'e-3'   ; filter, cursor",
            "00 03 'e-5'             ; up to where the client was sent everything",
            "00 01                   ; one publication is not acknowledged:",
            "00 07 02 00 01 'e' 00 00 00 00 00 00 00 04 ; packet identifier, QoS, place",
            "00 01 00 02             ; one released packet identifier",
            "00 00 00 00 00 00 00 09 ; which of the client's sessions",
            "00 00                   ; nothing was ever released",
            "00 01 00 03 00 00 00 04 00 ; one use: packet identifier, number, stored or not");
    assertThat(Bytes.hex(StoredSessionCodec.encode(session))).isEqualTo(Bytes.hex(bytes));
    assertThat(StoredSessionCodec.decode(bytes)).contains(session);
  }

  @Test
  void what_was_written_before_there_were_several_nodes_is_read() {
    byte[] bytes =
        Bytes.of(
            "01                      ; version of this form",
            "00 00 00 00 00 00 00 3C ; session expiry, seconds",
            "00 00 00 00 00 00 00 00 ; detached at, 0 while connected",
            "00 09                   ; last packet identifier",
            "00 00 00 01             ; one subscription",
            "29                      ; QoS 1, retain as published, retain handling 2",
            "01                      ; granted QoS",
            "00 00 00 05             ; subscription identifier",
            "00 01 't' 00 03 'e-3'   ; filter, cursor",
            "00 01 00 02             ; one released packet identifier",
            "00 01 00 03             ; one unreleased packet identifier");
    assertThat(StoredSessionCodec.decode(bytes))
        .contains(ofNode("", List.of(), 3, WITHOUT_NUMBERS));
  }

  @Test
  void what_was_written_before_uses_were_counted_is_read() {
    byte[] bytes =
        Bytes.of(
            "02                      ; version of this form",
            "00 00 00 00 00 00 00 3C ; session expiry, seconds",
            "00 00 00 00 00 00 00 00 ; detached at, 0 while connected",
            "00 01 'n'               ; node",
            "00 09                   ; last packet identifier",
            "00 00 00 01             ; one subscription",
            "29                      ; QoS 1, retain as published, retain handling 2",
            "01                      ; granted QoS",
            "00 00 00 05             ; subscription identifier",
            "00 01 't' 00 03 'e-3'   ; filter, cursor",
            "00 03 'e-5'             ; up to where the client was sent everything",
            "00 00                   ; everything is acknowledged",
            "00 01 00 02             ; one released packet identifier",
            "00 01 00 03             ; one unreleased packet identifier");
    assertThat(StoredSessionCodec.decode(bytes))
        .contains(ofNode("n", List.of(), 5, WITHOUT_NUMBERS));
  }

  @Test
  void what_is_cut_short_or_of_another_version_is_no_session() {
    byte[] whole = StoredSessionCodec.encode(SESSION);
    for (int length = 0; length < whole.length; length++) {
      int cut = length;
      if (cut == 0) {
        assertThat(StoredSessionCodec.decode(new byte[0])).isEmpty();
      } else {
        assertThat(StoredSessionCodec.decode(Arrays.copyOf(whole, cut)))
            .as("%s bytes", cut)
            .isEmpty();
      }
    }
    whole[0] = 99;
    assertThat(StoredSessionCodec.decode(whole)).isEmpty();
  }

  @Test
  void packet_identifiers_go_on_far_from_those_that_may_be_in_use() {
    SessionData data = SessionData.restored(SESSION);
    assertThat(data.nextPacketId()).isEqualTo(8_193);
    assertThat(data.outbound().size()).isEqualTo(2);
    assertThat(data.uses().get(7)).isNotNull();
  }

  @Test
  void what_was_unreleased_while_the_process_died_counts_only_if_numbers_were_stored_in_time() {
    for (long session : List.of(0L, 8L)) {
      PacketIdUses.Stored uses =
          new PacketIdUses.Stored(
              session, List.of(), List.of(new PacketIdUses.StoredUse(7, 0, true)));
      StoredSession whileConnected =
          new StoredSession(3600, 0, "n", 9, List.of(), List.of(1), uses);
      int known = session == 0 ? 0 : 1;
      assertThat(SessionData.restored(whileConnected).uses().size()).isEqualTo(known);
      assertThat(
              SessionData.restored(whileConnected.orphanedAt("m", 1_700_000_000_000L))
                  .uses()
                  .size())
          .isEqualTo(known);
      assertThat(SessionData.restored(whileConnected).outbound().size()).isEqualTo(1);
    }
  }
}
