package io.polyhub.channel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names rules by what they say, so that nodes can tell whether theirs are the same. Every component
 * of a rule counts, those that later versions add too: they are found by themselves. One that is
 * unset, false, zero or empty is left out, so a version that knows a component more gives rules
 * that do not use it the digest which they had before.
 */
final class RulesDigest {

  /** How much of the hash is given, in bytes. */
  static final int BYTES = 16;

  private RulesDigest() {}

  /** The rules in their order, as the first that matches is in force. */
  static String of(List<Rule> rules) {
    StringBuilder text = new StringBuilder();
    rules.forEach(rule -> text.append(text(rule)));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  /** Each value once and the same everywhere: no hash, no order of a set goes into it. */
  static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case ChannelFilter filter -> quoted(filter.text());
      case Duration time -> time.isZero() ? "" : quoted(time.toString());
      case String text -> text.isEmpty() ? "" : quoted(text);
      case Boolean flag -> flag ? "true" : "";
      case Number number -> number.doubleValue() == 0 ? "" : number.toString();
      case Enum<?> choice -> choice.name();
      case List<?> list when !holdsFilters(list) -> joined(list, false);
      case Collection<?> unordered -> joined(unordered, true);
      case Record record -> ofRecord(record);
      default ->
          throw new IllegalArgumentException(
              "rule: a " + value.getClass().getName() + " (expected: a type with a digest)");
    };
  }

  /** Which of a rule's filters matches does not matter, nor does their order. */
  private static boolean holdsFilters(List<?> list) {
    return !list.isEmpty() && list.getFirst() instanceof ChannelFilter;
  }

  private static String joined(Collection<?> values, boolean sorted) {
    List<String> texts = values.stream().map(RulesDigest::text).toList();
    if (sorted) {
      texts = Set.copyOf(texts).stream().sorted().toList();
    }
    return texts.isEmpty() ? "" : texts.stream().collect(Collectors.joining(",", "[", "]"));
  }

  /** By name and not by place, so that components may be moved. */
  private static String ofRecord(Record record) {
    String fields =
        Arrays.stream(record.getClass().getRecordComponents())
            .map(component -> component.getName() + "=" + text(value(component, record)))
            .filter(field -> !field.endsWith("="))
            .sorted()
            .collect(Collectors.joining(";"));
    return fields.isEmpty() ? "" : "{" + fields + "}";
  }

  private static @Nullable Object value(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException hidden) {
      throw new IllegalStateException("rule: " + component + " cannot be read", hidden);
    }
  }

  /** Nothing that a name may hold looks like what stands around it. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
