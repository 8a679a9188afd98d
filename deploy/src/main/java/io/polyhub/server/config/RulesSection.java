package io.polyhub.server.config;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Reads what operators set for channels. */
final class RulesSection {

  /** In force when no rules are written: all channels but those that begin with {@code $}. */
  private static final String STANDARD = "[{name: everything, filters: ['#']}]";

  private static final ChannelFilter ALL = ChannelFilter.of("#");
  private static final long HISTORY_COUNT = 10_000;
  private static final long HISTORY_BYTES = 64L * 1024 * 1024;
  private static final Duration HISTORY_AGE = Duration.ofDays(1);
  private static final Duration MAX_AGE = Duration.ofDays(3650);
  private static final int MAX_PAYLOAD = 1024 * 1024;
  private static final int LARGEST_PAYLOAD = 64 * 1024 * 1024;

  private RulesSection() {}

  static Rules read(Section root) {
    List<Section> sections = root.sections("rules", STANDARD);
    List<Rule> rules = sections.stream().map(RulesSection::rule).toList();
    List<String> names = rules.stream().map(Rule::name).toList();
    Section.distinct(sections, "name", names);
    return names.size() == Set.copyOf(names).size() ? Rules.of(rules) : Rules.of(List.of());
  }

  private static Rule rule(Section section) {
    String name = section.readNeeded("name", section.path(), Kind.text());
    List<ChannelFilter> filters = section.readSome("filters", ALL, Kind.filter());
    Guarantee guarantee =
        section.read("guarantee", Guarantee.AT_LEAST_ONCE, Kind.choice(Guarantee.class));
    Retention history = retention(section.section("history"), guarantee == Guarantee.AT_LEAST_ONCE);
    boolean presence = section.read("presence", true, Kind.flag());
    boolean joinLeave = section.read("joinLeave", presence, Kind.flag());
    OverflowPolicy overflow =
        section.read(
            "overflow",
            history.isKept() ? OverflowPolicy.CATCH_UP : OverflowPolicy.DROP_OLDEST,
            Kind.choice(OverflowPolicy.class));
    String latestBy = section.readOptional("latestBy", Kind.text());
    if (latestBy != null && overflow != OverflowPolicy.LATEST) {
      section.problem("latestBy", "found \"" + latestBy + "\"", "overflow: latest beside it");
    }
    int maxPayloadBytes =
        section.read("maxPayloadBytes", MAX_PAYLOAD, Kind.intBytes(1, LARGEST_PAYLOAD));
    int maxPublishesPerSecond =
        section.read("maxPublishesPerSecond", 0, Kind.integer(0, Integer.MAX_VALUE));
    Set<Verb> openTo = verbs(section, "openTo");
    Set<Verb> openToAnonymous = verbs(section, "openToAnonymous");
    section.end();
    return section.make(
        () ->
            new Rule(
                name,
                filters,
                guarantee,
                history,
                presence,
                joinLeave,
                overflow,
                latestBy,
                maxPayloadBytes,
                maxPublishesPerSecond,
                openTo,
                openToAnonymous),
        standIn(name));
  }

  private static Retention retention(Section section, boolean kept) {
    long count = section.read("count", kept ? HISTORY_COUNT : 0L, Kind.number(0, Long.MAX_VALUE));
    long bytes = section.read("bytes", HISTORY_BYTES, Kind.bytes(1, Long.MAX_VALUE));
    Duration age = section.read("age", HISTORY_AGE, Kind.duration(Duration.ofMillis(1), MAX_AGE));
    section.end();
    return count == 0 ? Retention.NONE : new Retention(count, bytes, age);
  }

  private static Set<Verb> verbs(Section section, String key) {
    return Set.copyOf(section.readList(key, List.of(), Kind.choice(Verb.class)));
  }

  /** Stands in for a rule that was refused, until the problem is told. */
  private static Rule standIn(String name) {
    return new Rule(
        name,
        List.of(ALL),
        Guarantee.AT_MOST_ONCE,
        Retention.NONE,
        false,
        false,
        OverflowPolicy.DISCONNECT,
        null,
        1,
        0,
        Set.of(),
        Set.of());
  }
}
