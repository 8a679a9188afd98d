package io.polyhub.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

final class ExampleFileTest {

  private static final Path EXAMPLE = Path.of("polyhub.example.yaml");

  @Test
  void the_example_lists_every_key_with_its_default() throws Exception {
    Object example = new Yaml().load(Files.readString(EXAMPLE));
    Object defaults = new Yaml().load(LoadedConfig.parse("").effective());

    Object normal = new Yaml().load(LoadedConfig.parse(Files.readString(EXAMPLE)).effective());

    assertThat(normal).isEqualTo(defaults);
    assertThat(keys("", example)).isEqualTo(keys("", defaults));
  }

  @Test
  void keys_stand_in_the_example_in_the_order_in_which_a_check_prints_them() throws Exception {
    Object example = new Yaml().load(Files.readString(EXAMPLE));
    Object defaults = new Yaml().load(LoadedConfig.parse("").effective());

    assertThat(List.copyOf(keys("", example))).isEqualTo(List.copyOf(keys("", defaults)));
  }

  @Test
  void groups_of_lists_that_are_empty_by_default_are_shown_in_comments() throws Exception {
    LoadedConfig withGroups =
        LoadedConfig.parse(
            """
            auth:
              jwt: {claims: {roles: [r]}}
              roles: {editor: [{filters: [a], verbs: [publish]}]}
              certificates: {grants: [{filters: [a], verbs: [publish]}]}
              anonymous: {grants: [{filters: [a], verbs: [publish]}]}
            """);
    Set<String> all = keys("", new Yaml().load(withGroups.effective()));

    assertThat(keys("", new Yaml().load(withSamples()))).isEqualTo(all);
  }

  @Test
  void every_section_and_nearly_every_key_is_explained() throws Exception {
    List<String> unexplained = new ArrayList<>();
    boolean explained = false;
    for (String line : Files.readAllLines(EXAMPLE)) {
      if (line.isBlank()) {
        explained = false;
      } else if (line.strip().startsWith("#") || line.strip().startsWith("- #")) {
        explained = true;
      } else if (!explained && !line.startsWith(" ")) {
        unexplained.add(line);
      }
    }

    assertThat(unexplained).containsExactly("logging:");
  }

  /** The example with each sample in a comment in place of the empty value after it. */
  private static String withSamples() throws IOException {
    List<String> lines = new ArrayList<>();
    List<String> sample = new ArrayList<>();
    for (String line : Files.readAllLines(EXAMPLE)) {
      int mark = line.indexOf("#: ");
      if (mark >= 0) {
        sample.add("  " + line.substring(0, mark) + line.substring(mark + 3));
      } else if (sample.isEmpty()) {
        lines.add(line);
      } else {
        lines.add(line.replaceFirst(" (\\[]|\\{})$", ""));
        lines.addAll(sample);
        sample.clear();
      }
    }
    return String.join("\n", lines);
  }

  private static Set<String> keys(String path, Object value) {
    Set<String> keys = new LinkedHashSet<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, below) -> {
        String at = Section.join(path, Objects.toString(key));
        keys.add(at);
        if (below != null) {
          keys.addAll(keys(at, below));
        }
      });
    } else if (value instanceof List<?> list) {
      for (Object item : list) {
        keys.addAll(keys(path + "[]", Objects.requireNonNull(item)));
      }
    }
    return keys;
  }

  @Test
  void no_two_keys_share_a_variable() throws Exception {
    Set<String> paths =
        new TreeSet<>(keys("", new Yaml().load(LoadedConfig.parse("").effective())));

    assertThat(paths.stream().map(Reading::variable)).doesNotHaveDuplicates();
  }
}
