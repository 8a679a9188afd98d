package io.polyhub.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {

  /** One rule for each filter, named by it. */
  private static Rules rules(String filters) {
    List<Rule> rules = new ArrayList<>();
    for (String filter : filters.split(" ", -1)) {
      rules.add(
          new Rule(
              filter,
              Stream.of(filter.split("\\|", -1)).map(ChannelFilter::of).toList(),
              Guarantee.AT_LEAST_ONCE,
              new Rule.Retention(1, 1, Duration.ofDays(1)),
              false,
              false,
              OverflowPolicy.CATCH_UP,
              null,
              1,
              0,
              Set.of(),
              Set.of()));
    }
    return Rules.of(rules);
  }

  @ParameterizedTest
  @CsvSource({
    "news/# #, news/#, news/#",
    "news/# #, news/+, news/#",
    "news/# #, news/a, news/#",
    "news/# #, +/a, news/# #",
    "news/# #, #, news/# #",
    "news/a news/# #, news/+, news/a news/#",
    // Behind a rule for all of its channels a rule is never in force.
    "news/# news/a #, #, news/# #",
    "a/#|b/# b/c|a/c #, +/c, a/#|b/# #",
    // Wildcards at the beginning do not stand for names that begin with a dollar.
    "$internal/# #, #, #",
    "$internal/# #, +/x, #",
    "# $internal/#, $internal/+, $internal/#",
    "news/#, other/+, ''"
  })
  void the_rules_for_a_filter_are_those_that_may_be_in_force_for_a_channel_of_it(
      String rules, String filter, String expected) {
    assertThat(rules(rules).overlapping(ChannelFilter.of(filter)).stream().map(Rule::name).toList())
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ", -1)));
  }
}
