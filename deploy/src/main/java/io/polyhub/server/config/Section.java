package io.polyhub.server.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The keys below one key. Each is read once, with its default and its bounds; {@link #end} then
 * tells of keys that nobody asked for. A key without a usable value is noted as a problem and read
 * as its default, so that one pass finds all problems.
 */
final class Section {

  private final Reading reading;
  private final String path;
  private final @Nullable MappingNode node;
  private final @Nullable String variable;
  private final boolean overridable;
  private final Map<String, Node> entries;
  private final Map<String, @Nullable Object> shown = new LinkedHashMap<>();

  /**
   * @param path where the section stands; empty for the whole file
   * @param node what was written, or null for nothing
   * @param variable the environment's variable that it was written in, or null for the file
   * @param overridable whether variables may override single keys: not those in lists
   */
  Section(
      Reading reading,
      String path,
      @Nullable MappingNode node,
      @Nullable String variable,
      boolean overridable) {
    this.reading = reading;
    this.path = path;
    this.node = node;
    this.variable = variable;
    this.overridable = overridable;
    this.entries = node == null ? Map.of() : reading.entries(node, path, variable);
  }

  /** One key's value as it was written. */
  private record Written(Node node, @Nullable String variable) {

    boolean isTextual() {
      return node.getTag().equals(Tag.STR);
    }
  }

  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  String path() {
    return path;
  }

  /** Reads a key that has a default. */
  <T> T read(String key, T standard, Kind<T> kind) {
    T found = parse(key, kind);
    T value = found == null ? standard : found;
    shown.put(key, kind.show().apply(value));
    return value;
  }

  /** Reads a key that need not be there. */
  <T> @Nullable T readOptional(String key, Kind<T> kind) {
    T found = parse(key, kind);
    shown.put(key, found == null ? null : kind.show().apply(found));
    return found;
  }

  /** Reads a key that must be there. Without a usable value {@code standIn} stands in. */
  <T> T readNeeded(String key, T standIn, Kind<T> kind) {
    Written written = take(key, "");
    if (written == null) {
      problem(key, "found nothing", kind.expected());
      return standIn;
    }
    Optional<T> parsed = parse(written, kind);
    if (parsed.isEmpty()) {
      problem(key, written, kind.secret(), kind.expected());
      return standIn;
    }
    shown.put(key, kind.show().apply(parsed.get()));
    return parsed.get();
  }

  /** Reads a list. In the environment it may be written with commas. */
  <T> List<T> readList(String key, List<T> standard, Kind<T> kind) {
    Written written = take(key, "[");
    return show(key, written == null ? standard : items(key, written, kind), kind);
  }

  /** Reads a list that must have an entry. Without a usable one {@code standIn} stands in. */
  <T> List<T> readSome(String key, T standIn, Kind<T> kind) {
    Written written = take(key, "[");
    return show(key, some(key, written, standIn, kind), kind);
  }

  /** Reads a list that is {@code standard} alone where it is left out, and is not to be empty. */
  <T> List<T> readSomeOr(String key, T standard, Kind<T> kind) {
    Written written = take(key, "[");
    return show(
        key, written == null ? List.of(standard) : some(key, written, standard, kind), kind);
  }

  private <T> List<T> some(String key, @Nullable Written written, T standIn, Kind<T> kind) {
    List<T> values = List.of();
    if (written == null
        || (written.node() instanceof SequenceNode sequence && sequence.getValue().isEmpty())) {
      problem(key, "found none", "at least one, each " + kind.expected());
    } else {
      values = items(key, written, kind);
    }
    return values.isEmpty() ? List.of(standIn) : values;
  }

  private <T> List<T> show(String key, List<T> values, Kind<T> kind) {
    // A list of its own for each key: YAML would write one that is shared as an alias.
    shown.put(key, new ArrayList<>(values.stream().map(kind.show()).toList()));
    return values;
  }

  private <T> List<T> items(String key, Written written, Kind<T> kind) {
    List<Node> nodes = new ArrayList<>();
    if (written.node() instanceof SequenceNode sequence) {
      nodes.addAll(sequence.getValue());
    } else if (written.variable() != null && written.node() instanceof ScalarNode scalar) {
      for (String part : scalar.getValue().split(",", -1)) {
        nodes.add(textNode(part.strip()));
      }
    } else {
      problem(key, written, kind.secret(), "a list, each entry " + kind.expected());
    }
    List<T> items = new ArrayList<>();
    for (Node item : nodes) {
      Written one = new Written(item, written.variable());
      Optional<T> parsed = parse(one, kind);
      if (parsed.isEmpty()) {
        problem(key, one, kind.secret(), kind.expected());
      } else if (items.contains(parsed.get())) {
        problem(key, one, kind.secret(), "each entry once");
      } else {
        items.add(parsed.get());
      }
    }
    return List.copyOf(items);
  }

  /** Reads keys below a key. */
  Section section(String key) {
    Node found = entries.get(key);
    MappingNode mapping = found instanceof MappingNode it ? it : null;
    if (found != null && mapping == null && !Reading.isNull(found)) {
      problem(key, new Written(found, variable), false, "keys with values");
    }
    Section section = new Section(reading, join(path, key), mapping, variable, overridable);
    shown.put(key, section.shown);
    return section;
  }

  /**
   * Reads a list of groups of keys. In the environment it is written as YAML in one line.
   *
   * @param standardYaml the list that is in force when none is written; if it is not empty, an
   *     empty one is a problem
   */
  List<Section> sections(String key, String standardYaml) {
    Written written = take(key, "[");
    if (written == null) {
      written = new Written(Objects.requireNonNull(reading.compose(standardYaml, null)), null);
    }
    List<Object> shownItems = new ArrayList<>();
    shown.put(key, shownItems);
    return groups(key, written, !standardYaml.equals("[]"), shownItems);
  }

  /**
   * Reads lists of groups of keys, each by a name that the operator chooses; in the order in which
   * they are written. In the environment it is all written as YAML in one line.
   */
  Map<String, List<Section>> namedSections(String key) {
    Map<String, List<Section>> named = new LinkedHashMap<>();
    Map<String, Object> shownNames = new LinkedHashMap<>();
    Written written = take(key, "{");
    if (written != null && written.node() instanceof MappingNode mapping) {
      String from = written.variable();
      reading
          .entries(mapping, join(path, key), from)
          .forEach((name, list) -> {
            List<Object> shownItems = new ArrayList<>();
            shownNames.put(name, shownItems);
            named.put(name, groups(join(key, name), new Written(list, from), false, shownItems));
          });
    } else if (written != null) {
      problem(key, written, false, "names with lists");
    }
    shown.put(key, shownNames);
    return named;
  }

  private List<Section> groups(
      String key, Written written, boolean needsOne, List<Object> shownItems) {
    List<Section> sections = new ArrayList<>();
    if (!(written.node() instanceof SequenceNode sequence)) {
      problem(key, written, false, "a list of keys with values");
      return sections;
    }
    if (sequence.getValue().isEmpty() && needsOne) {
      problem(key, "found none", "at least one");
    }
    for (Node item : sequence.getValue()) {
      String itemKey = key + "[" + sections.size() + "]";
      if (item instanceof MappingNode mapping) {
        Section section =
            new Section(reading, join(path, itemKey), mapping, written.variable(), false);
        sections.add(section);
        shownItems.add(section.shown);
      } else {
        problem(itemKey, new Written(item, written.variable()), false, "keys with values");
      }
    }
    return sections;
  }

  /**
   * Takes what is written for a key.
   *
   * @param opening what a variable's text begins with if it is YAML; empty if it never is
   */
  private @Nullable Written take(String key, String opening) {
    if (shown.containsKey(key)) {
      throw new IllegalStateException("read twice: " + join(path, key));
    }
    shown.put(key, null);
    String override = overridable ? reading.override(join(path, key)) : null;
    if (override != null) {
      String name = Reading.variable(join(path, key));
      Node node =
          !opening.isEmpty() && override.startsWith(opening)
              ? reading.compose(override, name)
              : textNode(override);
      return node == null ? null : new Written(node, name);
    }
    Node found = entries.get(key);
    return found == null || Reading.isNull(found) ? null : new Written(found, variable);
  }

  private static Node textNode(String text) {
    return new ScalarNode(Tag.STR, text, null, null, ScalarStyle.PLAIN);
  }

  private <T> @Nullable T parse(String key, Kind<T> kind) {
    Written written = take(key, "");
    if (written == null) {
      return null;
    }
    Optional<T> parsed = parse(written, kind);
    if (parsed.isEmpty()) {
      problem(key, written, kind.secret(), kind.expected());
    }
    return parsed.orElse(null);
  }

  private static <T> Optional<T> parse(Written written, Kind<T> kind) {
    return written.node() instanceof ScalarNode scalar
            && (written.isTextual() || !kind.mustBeText())
        ? kind.parse().apply(scalar.getValue())
        : Optional.empty();
  }

  private void problem(String key, Written written, boolean secret, String expected) {
    reading.problem(
        written.node(),
        written.variable(),
        join(path, key),
        "found " + Reading.describe(written.node(), secret),
        expected);
  }

  /** Notes a problem with a key that only shows beside other keys. */
  void problem(String key, String found, String expected) {
    String override = overridable ? reading.overriding(join(path, key)) : variable;
    Node at = entries.get(key);
    reading.problem(at == null ? node : at, override, join(path, key), found, expected);
  }

  /**
   * Makes a record of what was read. What the record refuses becomes a problem of this section, and
   * {@code standard} stands in.
   */
  <T> T make(Supplier<T> made, T standard) {
    T value = makeOptional(made);
    return value == null ? standard : value;
  }

  /** As {@link #make}, with nothing to stand in. */
  <T> @Nullable T makeOptional(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException refused) {
      String message = String.valueOf(refused.getMessage());
      Node at = entries.get(message.substring(0, Math.max(0, message.indexOf(':'))));
      reading.refused(at == null ? node : at, variable, path, message);
      return null;
    }
  }

  /** Tells of names that stand twice in a list of groups. */
  static void distinct(List<Section> sections, String key, List<String> names) {
    HashSet<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      if (!seen.add(names.get(i))) {
        sections
            .get(i)
            .problem(key, "found \"" + names.get(i) + "\" again", "each " + key + " once");
      }
    }
  }

  /** Tells of keys that nobody asked for. Called once all keys were read. */
  void end() {
    entries.forEach((key, found) -> {
      if (!shown.containsKey(key)) {
        reading.problem(
            found,
            variable,
            join(path, key),
            "no such key",
            "one of " + String.join(", ", shown.keySet()));
      }
    });
  }

  /** What is in force, for people: keys in order, values as they may be written. */
  Map<String, @Nullable Object> shown() {
    return shown;
  }
}
