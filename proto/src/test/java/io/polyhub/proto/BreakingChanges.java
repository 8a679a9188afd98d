package io.polyhub.proto;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.polyhub.proto.Promises.Range;
import io.polyhub.proto.Promises.Reserved;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds what a change of the contracts takes away from those who use them: on the wire, in JSON, or
 * in the source code that is generated from them. What a change adds is not found.
 */
final class BreakingChanges {

  private final List<String> found = new ArrayList<>();

  private BreakingChanges() {}

  /** Returns one line for each promise of {@code before} that {@code after} does not keep. */
  static List<String> between(List<FileDescriptorProto> before, List<FileDescriptorProto> after) {
    Promises given = Promises.of(before);
    Promises kept = Promises.of(after);
    BreakingChanges changes = new BreakingChanges();
    given
        .elements()
        .forEach((element, aspects) -> changes.compare(element, aspects, kept.elements()));
    given
        .reserved()
        .forEach((element, reserved) -> changes.compareReserved(element, reserved, kept));
    return List.copyOf(changes.found);
  }

  private void compare(
      String element, Map<String, String> aspects, Map<String, Map<String, String>> kept) {
    Map<String, String> now = kept.get(element);
    if (now == null) {
      found.add(element + ": removed");
      return;
    }
    aspects.forEach((aspect, value) -> {
      String valueNow = now.getOrDefault(aspect, "");
      if (!valueNow.equals(value)) {
        found.add("%s: %s was '%s', is '%s'".formatted(element, aspect, value, valueNow));
      }
    });
  }

  private void compareReserved(String element, Reserved given, Promises kept) {
    Reserved now = kept.reserved().get(element);
    if (now == null) {
      return; // found as removed
    }
    for (Range range : given.ranges()) {
      if (!now.covers(range)) {
        found.add("%s: number %s is no longer reserved".formatted(element, range));
      }
      now.used()
          .forEach((name, number) -> {
            if (range.contains(number)) {
              found.add("%s: %s uses the reserved number %d".formatted(element, name, number));
            }
          });
    }
    for (String name : given.names()) {
      if (!now.names().contains(name)) {
        found.add("%s: name %s is no longer reserved".formatted(element, name));
      }
      if (now.used().containsKey(name)) {
        found.add("%s: the reserved name %s is used".formatted(element, name));
      }
    }
  }
}
