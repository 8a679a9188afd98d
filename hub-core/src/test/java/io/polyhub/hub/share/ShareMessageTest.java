package io.polyhub.hub.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What nodes tell each other of shares, byte by byte: as the first nodes told it, and now. */
final class ShareMessageTest {

  private static final ShareKey KEY = new ShareKey("g", ChannelFilter.of("a/#"));
  private static final Cursor PLACE = Cursor.of(new Position("e", 7));
  private static final String G = "00000001" + "67"; // the name
  private static final String FILTER = "00000003" + "612f23";
  private static final String AT = "00000003" + "652d37"; // e-7
  private static final String NOWHERE = "00000000";
  private static final String LIFE = "0000000000000102";

  private static byte[] bytes(String... parts) {
    return HexFormat.of().parseHex(String.join("", parts));
  }

  @Test
  void what_the_first_nodes_told_is_understood() {
    assertThat(ShareMessage.decode(bytes("01", G, FILTER, NOWHERE)))
        .contains(new ShareMessage.Joins(KEY, 0));
    assertThat(ShareMessage.decode(bytes("02", G, FILTER, NOWHERE))).contains(here(Cursor.EMPTY));
    assertThat(ShareMessage.decode(bytes("03", G, FILTER, AT))).contains(here(PLACE));
    assertThat(ShareMessage.decode(bytes("04", G, FILTER, AT)))
        .contains(new ShareMessage.Leaves(KEY, PLACE, 0, Map.of()));
    assertThat(ShareMessage.decodeBefore(bytes("00000001", "6e", AT, "0001", "00000001", "6e")))
        .contains(new ShareView.Before("n", Set.of("n"), PLACE));
  }

  private static ShareMessage.Here here(Cursor place) {
    return new ShareMessage.Here(KEY, place, 0, Cursor.EMPTY, Set.of(), Map.of(), 0);
  }

  @Test
  void what_the_nodes_told_that_did_not_say_whom_they_count_on_is_understood() {
    assertThat(
            ShareMessage.decode(
                bytes("03", G, FILTER, AT, LIFE, AT, "0002", "00000001", "6d", "00000001", "6e")))
        .contains(new ShareMessage.Here(KEY, PLACE, 258, PLACE, Set.of("n", "m"), Map.of(), 0));
    assertThat(ShareMessage.decode(bytes("04", G, FILTER, AT, LIFE)))
        .contains(new ShareMessage.Leaves(KEY, PLACE, 258, Map.of()));
    byte[] answer = bytes("00000001", "6e", AT, "0001", "00000001", "6e", LIFE, AT);
    assertThat(ShareMessage.decodeBefore(answer))
        .contains(new ShareView.Before("n", Set.of("n"), PLACE, 258, PLACE, Map.of()));
  }

  @Test
  void what_is_told_now_is_these_bytes_and_begins_as_before() {
    check(new ShareMessage.Joins(KEY, 258), bytes("01", G, FILTER, NOWHERE, LIFE));
    check(
        new ShareMessage.Here(KEY, PLACE, 258, PLACE, Set.of("n", "m"), Map.of("m", PLACE), 3),
        bytes(
            "03",
            G,
            FILTER,
            AT,
            LIFE,
            AT, // as before
            "0002",
            "00000001",
            "6d",
            "00000001",
            "6e", // the nodes
            "0001",
            "00000001",
            "6d",
            AT, // counts on m from there
            "0000000000000003"));
    check(
        new ShareMessage.Leaves(KEY, PLACE, 258, Map.of("m", PLACE)),
        bytes("04", G, FILTER, AT, LIFE, "0001", "00000001", "6d", AT));
    ShareView.Before before =
        new ShareView.Before("n", Set.of("n"), PLACE, 258, PLACE, Map.of("m", PLACE));
    byte[] answer =
        bytes(
            "00000001",
            "6e",
            AT,
            "0001",
            "00000001",
            "6e",
            LIFE,
            AT, // as before
            "0001",
            "00000001",
            "6d",
            AT);
    assertThat(ShareMessage.encodeBefore(before)).isEqualTo(answer);
    assertThat(ShareMessage.decodeBefore(answer)).contains(before);
  }

  @Test
  void
      the_answer_of_a_node_without_members_is_these_bytes_and_none_for_nodes_that_do_not_know_it() {
    ShareMessage.Ended ended = new ShareMessage.Ended("n", 258, PLACE);
    byte[] answer = bytes("ffffffff", "00000001", "6e", LIFE, AT);
    assertThat(ShareMessage.encodeEnded(ended)).isEqualTo(answer);
    assertThat(ShareMessage.decodeEnded(answer)).contains(ended);
    assertThat(ShareMessage.decodeBefore(answer)).isEmpty();
    assertThat(ShareMessage.decodeEnded(ShareMessage.NOTHING)).isEmpty();
  }

  private static void check(ShareMessage message, byte[] bytes) {
    assertThat(message.encode()).isEqualTo(bytes);
    assertThat(ShareMessage.decode(bytes)).contains(message);
  }

  @Test
  void what_later_nodes_add_behind_is_passed_over_and_a_kind_that_is_not_known_is_no_message() {
    assertThat(ShareMessage.decode(bytes("04", G, FILTER, AT, LIFE, "0000", "ffff")))
        .contains(new ShareMessage.Leaves(KEY, PLACE, 258, Map.of()));
    assertThat(ShareMessage.decode(bytes("63", G, FILTER, AT))).isEmpty();
    assertThat(ShareMessage.decode(bytes("04", "7fffffff"))).isEmpty();
  }
}
