package io.polyhub.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** How much of a table is tried. */
enum Breadth {
  /** Every cell. */
  ALL,
  /** Each kind at every place of the table, and each door with each door, but not all of them. */
  SELECTED;

  /** The table of {@link EveryPair}: who publishes, who subscribes. */
  Stream<Arguments> pairs() {
    return switch (this) {
      case ALL -> pairs(List.of(DoorKind.values()), List.of(DoorKind.values()));
      case SELECTED ->
          Stream.of(Door.values())
              .flatMap(from ->
                  Stream.of(Door.values()).flatMap(to -> longestDiagonal(kinds(from), kinds(to))));
    };
  }

  private static Stream<Arguments> pairs(List<DoorKind> from, List<DoorKind> to) {
    return from.stream().flatMap(one -> to.stream().map(other -> Arguments.of(one, other)));
  }

  /** Each of the longer list once, those of the shorter in turn. */
  private static Stream<Arguments> longestDiagonal(List<DoorKind> from, List<DoorKind> to) {
    List<Arguments> pairs = new ArrayList<>();
    for (int i = 0; i < Math.max(from.size(), to.size()); i++) {
      pairs.add(Arguments.of(from.get(i % from.size()), to.get(i % to.size())));
    }
    return pairs.stream();
  }

  /** Who leaves, and how. Of a selection each kind by one way, and each door by both. */
  Stream<Arguments> leavers(Stream<DoorKind> kinds) {
    List<DoorKind> all = kinds.toList();
    return switch (this) {
      case ALL ->
          all.stream()
              .flatMap(kind -> Stream.of(Leave.values()).map(leave -> Arguments.of(kind, leave)));
      case SELECTED ->
          Stream.of(Door.values())
              .flatMap(door -> alternating(all.stream().filter(it -> it.door() == door).toList()));
    };
  }

  private static Stream<Arguments> alternating(List<DoorKind> kinds) {
    Leave[] ways = Leave.values();
    List<Arguments> rows = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      rows.add(Arguments.of(kinds.get(i), ways[i % ways.length]));
    }
    if (kinds.size() == 1) {
      rows.add(Arguments.of(kinds.getFirst(), ways[1]));
    }
    return rows.stream();
  }

  private static List<DoorKind> kinds(Door door) {
    return Stream.of(DoorKind.values()).filter(kind -> kind.door() == door).toList();
  }
}
