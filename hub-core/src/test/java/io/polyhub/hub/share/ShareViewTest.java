package io.polyhub.hub.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.share.ShareView.Before;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ShareViewTest {

  private static final int COUNT = 3_000;

  private static Publication at(long offset) {
    return Publication.on("c", new byte[0]).build().at(new Position("e", offset));
  }

  private static Cursor cursor(long offset) {
    return Cursor.of(new Position("e", offset));
  }

  /** Which of the views say that a publication is theirs. */
  private static List<Integer> takers(Publication publication, ShareView... views) {
    List<Integer> takers = new ArrayList<>();
    for (int i = 0; i < views.length; i++) {
      if (views[i].isOurs(publication)) {
        takers.add(i);
      }
    }
    return takers;
  }

  @Test
  void nodes_that_know_of_each_other_take_each_publication_once_and_about_as_many() {
    ShareView[] views = {new ShareView("a"), new ShareView("b"), new ShareView("c")};
    for (ShareView view : views) {
      List.of("a", "b", "c").forEach(view::comes);
    }
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    for (int i = 1; i <= COUNT; i++) {
      List<Integer> takers = takers(at(i), views);
      assertThat(takers).as("takers of %s", i).hasSize(1);
      counts.merge(takers.getFirst(), 1, Integer::sum);
    }
    assertThat(counts.values()).allMatch(count -> count > COUNT / 4);
  }

  @Test
  void publications_without_a_place_are_shared_too() {
    ShareView one = new ShareView("a");
    ShareView other = new ShareView("b");
    one.comes("b");
    other.comes("a");
    int ones = 0;
    for (int i = 0; i < COUNT; i++) {
      Publication publication = Publication.on("c", new byte[] {(byte) i}).timeMillis(i).build();
      assertThat(takers(publication, one, other)).hasSize(1);
      ones += one.isOurs(publication) ? 1 : 0;
    }
    assertThat(ones).isBetween(COUNT / 3, 2 * COUNT / 3);
  }

  @Test
  void a_node_that_comes_takes_over_exactly_where_the_others_stopped() {
    ShareView a = new ShareView("a");
    ShareView b = new ShareView("b");
    a.comes("b");
    b.comes("a");
    long placeOfA = 100;
    long placeOfB = 140;
    ShareView c = new ShareView("c");
    c.join(
        List.of(
            new Before("a", Set.of("a", "b"), cursor(placeOfA)),
            new Before("b", Set.of("a", "b"), cursor(placeOfB))),
        cursor(placeOfA));
    for (int i = 1; i <= COUNT; i++) {
      if (i == placeOfA + 1) {
        a.comes("c");
      }
      if (i == placeOfB + 1) {
        b.comes("c");
      }
      assertThat(takers(at(i), a, b, c)).as("takers of %s", i).hasSize(1);
    }
  }

  @Test
  void when_a_node_goes_only_its_part_changes_hands() {
    Set<String> all = Set.of("a", "b", "c");
    for (int i = 1; i <= COUNT; i++) {
      String before = ShareView.owner(at(i), all);
      String after = ShareView.owner(at(i), Set.of("a", "b"));
      assertThat(before.equals("c") || before.equals(after)).isTrue();
    }
  }

  @Test
  void a_node_that_is_heard_late_is_left_nothing_that_lies_before_what_it_told() {
    ShareView a = new ShareView("a");
    ShareView b = new ShareView("b");
    b.comes("a");
    a.noteUpTo(cursor(100));
    a.add("b", cursor(140));
    for (int i = 101; i <= COUNT; i++) {
      assertThat(takers(at(i), a, b)).as("takers of %s", i).isNotEmpty();
      if (i <= 140) {
        assertThat(a.isOurs(at(i))).isTrue();
      } else {
        assertThat(takers(at(i), a, b)).hasSize(1);
      }
    }
  }

  @Test
  void what_lies_before_a_third_node_began_is_not_left_to_that_one() {
    ShareView b = new ShareView("b");
    ShareView x = new ShareView("x");
    // The node c began at 200 without having heard of b, and b has not heard of c.
    x.join(
        List.of(
            new Before("b", Set.of("b"), cursor(100)),
            new Before("c", Set.of("b", "c"), cursor(300), 1, cursor(200), Map.of())),
        cursor(100));
    b.noteUpTo(cursor(100));
    b.comes("x");
    for (int i = 101; i <= 200; i++) {
      assertThat(takers(at(i), b, x)).as("takers of %s", i).isNotEmpty();
    }
  }

  @Test
  void what_was_left_to_a_node_that_is_gone_is_inherited_by_one_of_those_that_remain() {
    ShareView a = new ShareView("a");
    ShareView b = new ShareView("b");
    List.of("b", "c", "d").forEach(a::comes);
    List.of("a", "c", "d").forEach(b::comes);
    for (ShareView view : List.of(a, b)) {
      view.noteUpTo(cursor(500));
      view.remove("c");
      view.noteUpTo(cursor(1_000));
      view.remove("d");
      // One that came later has no part in what lies before.
      view.noteUpTo(cursor(1_000));
      view.comes("e");
    }
    for (int i = 1; i <= 1_000; i++) {
      String then =
          ShareView.owner(at(i), i <= 500 ? Set.of("a", "b", "c", "d") : Set.of("a", "b", "d"));
      for (String gone : List.of("c", "d")) {
        boolean byA = a.inherits(at(i), gone);
        boolean byB = b.inherits(at(i), gone);
        assertThat(byA && byB).as("both take %s of %s", i, gone).isFalse();
        if (then.equals(gone)) {
          assertThat(byA || byB).as("nobody takes %s of %s", i, gone).isTrue();
        }
      }
    }
  }

  @Test
  void what_comes_back_from_before_a_node_began_is_inherited_by_it_if_nobody_else_is_left() {
    ShareView b = new ShareView("b");
    b.join(List.of(new Before("a", Set.of("a"), cursor(10))), cursor(10));
    b.noteUpTo(cursor(20));
    b.remove("a");
    for (int i = 1; i <= 10; i++) {
      assertThat(b.inherits(at(i), "a")).as("%s", i).isTrue();
    }
    b.comes("c");
    for (int i = 1; i <= 10; i++) {
      assertThat(b.inherits(at(i), "a")).as("c was not there either: %s", i).isTrue();
    }
  }

  @Test
  void as_many_changes_are_remembered_as_the_limit_says() {
    ShareView a = new ShareView("a");
    a.comes("gone");
    for (int i = 1; i <= 2 * ShareView.PAST_MAX; i++) {
      a.noteUpTo(cursor(i));
      a.comes("n" + i);
      a.remove("n" + (i - 1));
    }
    a.remove("gone");
    long inherited = 0;
    for (int i = 1; i <= 2 * ShareView.PAST_MAX; i++) {
      inherited += a.inherits(at(i), "gone") ? 1 : 0;
    }
    assertThat(inherited).as("what lies before counts as under the oldest").isPositive();
  }

  @Test
  void what_others_had_before_is_forgotten_once_it_lies_behind() {
    ShareView view = new ShareView("b");
    view.join(List.of(new Before("a", Set.of("a"), cursor(10))), cursor(10));
    view.passed(cursor(9));
    assertThat(view.isOurs(at(5))).as("a had it").isFalse();
    view.passed(cursor(10));
    assertThat(view.nodes()).containsExactlyInAnyOrder("a", "b");
    long ours = 0;
    for (int i = 1; i <= 10; i++) {
      ours += view.isOurs(at(i)) ? 1 : 0;
    }
    assertThat(ours).as("a part, as nothing is remembered").isPositive();
  }

  @Test
  void the_lowest_place_covers_nothing_that_some_node_has_not_dealt_with() {
    Cursor lowest =
        ShareView.lowest(
            List.of(
                new Before("a", Set.of("a"), cursor(7).with(new Position("f", 3))),
                new Before("b", Set.of("b"), cursor(5))));
    assertThat(lowest).isEqualTo(cursor(5).with(new Position("f", 3)));
  }
}
