package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.channel.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each verb shows, on every way of asking for it at every door. */
final class WhoMayKnowTest {

  @RegisterExtension static final Scene SCENE = Scene.guarded();

  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static Asker asker;

  @BeforeAll
  static void an_operator_is_there() {
    asker = new Asker(SCENE);
  }

  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.CONCURRENT)
  void each_way_is_open_to_whom_the_table_says_and_to_nobody_else(Way way) {
    asker.ask(way, way.verbs(), "known/" + way);

    for (Verb missing : way.verbs()) {
      Set<Verb> others = EnumSet.complementOf(EnumSet.of(missing));
      assertThatThrownBy(() -> asker.ask(way, others, "unknown/" + way + "/" + missing))
          .as("without %s", missing)
          .isInstanceOfSatisfying(
              Refused.class, why -> assertThat(why.code()).isEqualTo(Asker.denied(way)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void all_that_can_be_said_at_a_door_is_a_way_or_shows_nothing(Door door) {
    Set<String> ways = new TreeSet<>();
    Stream.of(Way.values())
        .filter(way -> way.door() == door)
        .forEach(way -> ways.add(way.element()));
    Set<String> nothing = new TreeSet<>();
    for (String name : WaysOfDoors.showingNothing(door).strip().split("\\s+", -1)) {
      nothing.add(name.replaceFirst("^(query|mutation|rpc|frame)_", "$1 "));
    }
    nothing.remove("");

    assertThat(ways).noneMatch(nothing::contains);
    ways.addAll(nothing);
    assertThat(ways).isEqualTo(WaysOfDoors.of(door));
  }

  @Test
  void the_document_has_the_same_table() throws IOException {
    List<String> written = new ArrayList<>();
    List<Door> columns = List.of(Door.WEBSOCKET, Door.GRAPHQL, Door.MQTT, Door.GRPC);
    String document = Files.readString(Path.of("..", "docs", "identity.md"));
    String section = document.substring(document.indexOf("## Who may know what"));
    section
        .lines()
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `"))
        .forEach(line -> {
          String[] cells = line.split("\\|", -1);
          Set<String> verbs = codes(cells[1]);
          for (int i = 0; i < columns.size(); i++) {
            for (String way : codes(cells[i + 3])) {
              written.add(columns.get(i) + " " + way + " " + verbs);
            }
          }
        });

    assertThat(written)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Way.values())
                .map(way -> way.door() + " " + way.text() + " " + names(way.verbs()))
                .toList());
  }

  private static Set<String> codes(String cell) {
    Set<String> codes = new TreeSet<>();
    CODE.matcher(cell).results().forEach(found -> codes.add(found.group(1)));
    return codes;
  }

  private static Set<String> names(Set<Verb> verbs) {
    Set<String> names = new TreeSet<>();
    verbs.forEach(verb -> names.add(verb.name().toLowerCase(Locale.ROOT)));
    return names;
  }
}
