package io.polyhub.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What nodes tell each other of shares, byte by byte: as the first nodes told it, and now. */
final class ShareMessageTest {

  private static final Shares.Key KEY = new Shares.Key("g", ChannelFilter.of("a/#"));
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
    assertThat(ShareMessage.decode(bytes("02", G, FILTER, NOWHERE)))
        .contains(new ShareMessage.Here(KEY, Cursor.EMPTY, 0, Cursor.EMPTY, Set.of()));
    assertThat(ShareMessage.decode(bytes("03", G, FILTER, AT)))
        .contains(new ShareMessage.Here(KEY, PLACE, 0, Cursor.EMPTY, Set.of()));
    assertThat(ShareMessage.decode(bytes("04", G, FILTER, AT)))
        .contains(new ShareMessage.Leaves(KEY, PLACE, 0));
    assertThat(ShareMessage.decodeBefore(bytes("00000001", "6e", AT, "0001", "00000001", "6e")))
        .contains(new ShareView.Before("n", Set.of("n"), PLACE));
  }

  @Test
  void what_is_told_now_is_these_bytes_and_begins_as_before() {
    check(new ShareMessage.Joins(KEY, 258), bytes("01", G, FILTER, NOWHERE, LIFE));
    check(
        new ShareMessage.Here(KEY, PLACE, 258, PLACE, Set.of("n", "m")),
        bytes("03", G, FILTER, AT, LIFE, AT, "0002", "00000001", "6d", "00000001", "6e"));
    check(new ShareMessage.Leaves(KEY, PLACE, 258), bytes("04", G, FILTER, AT, LIFE));
    ShareView.Before before = new ShareView.Before("n", Set.of("n"), PLACE, 258, PLACE);
    byte[] answer = bytes("00000001", "6e", AT, "0001", "00000001", "6e", LIFE, AT);
    assertThat(ShareMessage.encodeBefore(before)).isEqualTo(answer);
    assertThat(ShareMessage.decodeBefore(answer)).contains(before);
  }

  private static void check(ShareMessage message, byte[] bytes) {
    assertThat(message.encode()).isEqualTo(bytes);
    assertThat(ShareMessage.decode(bytes)).contains(message);
  }

  @Test
  void what_later_nodes_add_behind_is_passed_over_and_a_kind_that_is_not_known_is_no_message() {
    assertThat(ShareMessage.decode(bytes("04", G, FILTER, AT, LIFE, "ffff")))
        .contains(new ShareMessage.Leaves(KEY, PLACE, 258));
    assertThat(ShareMessage.decode(bytes("63", G, FILTER, AT))).isEmpty();
    assertThat(ShareMessage.decode(bytes("04", "7fffffff"))).isEmpty();
  }
}
