package io.polyhub.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.channel.Rule.Retention;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RulesDigestTest {

  private static final Retention KEPT = new Retention(10, 100, Duration.ofHours(1));

  private static Rule rule(String name, List<String> filters, Set<Verb> openTo) {
    return rule(name, filters, KEPT, null, openTo);
  }

  private static Rule rule(
      String name,
      List<String> filters,
      Retention kept,
      @Nullable String latestBy,
      Set<Verb> openTo) {
    return new Rule(
        name,
        filters.stream().map(ChannelFilter::of).toList(),
        Guarantee.AT_LEAST_ONCE,
        kept,
        false,
        false,
        OverflowPolicy.CATCH_UP,
        latestBy,
        1,
        0,
        openTo,
        Set.of());
  }

  private static String digest(Rule... rules) {
    return Rules.of(List.of(rules)).digest();
  }

  @Test
  void equal_rules_have_equal_digests_whatever_the_order_of_filters_and_verbs() {
    Rule one = rule("a", List.of("x/#", "y"), Set.of(Verb.PUBLISH, Verb.SUBSCRIBE));
    Set<Verb> turned = new HashSet<>(List.of(Verb.SUBSCRIBE, Verb.PUBLISH));
    assertThat(digest(rule("a", List.of("y", "x/#"), turned))).isEqualTo(digest(one));
    assertThat(digest(rule("a", List.of("y", "y", "x/#"), turned))).isEqualTo(digest(one));
    assertThat(digest(one)).matches("[0-9a-f]{32}");
  }

  @Test
  void the_digest_is_the_same_in_every_run_and_version() {
    assertThat(digest(rule("a", List.of("x"), Set.of())))
        .isEqualTo("d8ebeee845c7af3fc065eca68b3e812d");
    assertThat(RulesDigest.text(rule("a", List.of("x"), Set.of())))
        .isEqualTo(
            "{filters=[\"x\"];guarantee=AT_LEAST_ONCE;history={age=\"PT1H\";bytes=100;count=10};"
                + "maxPayloadBytes=1;name=\"a\";overflow=CATCH_UP}");
  }

  @Test
  void whatever_differs_gives_another_digest() {
    Rule one = rule("a", List.of("x"), Set.of());
    Rule other = rule("b", List.of("x"), Set.of());
    Retention longer = new Retention(10, 100, Duration.ofHours(2));
    List<String> digests =
        Stream.of(
                digest(),
                digest(one),
                digest(other),
                digest(one, other),
                digest(other, one),
                digest(rule("a", List.of("x/#"), Set.of())),
                digest(rule("a", List.of("x"), longer, null, Set.of())),
                digest(rule("a", List.of("x"), KEPT, "key", Set.of())),
                digest(rule("a", List.of("x"), Set.of(Verb.HISTORY))))
            .toList();
    assertThat(digests).doesNotHaveDuplicates();
  }

  @Test
  void a_component_that_has_no_place_in_a_digest_is_refused() {
    assertThatThrownBy(() -> RulesDigest.text(new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.Object");
  }
}
