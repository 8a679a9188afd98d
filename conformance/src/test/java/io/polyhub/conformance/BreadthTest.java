package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is left out of a table that has to be there. */
final class BreadthTest {

  private static final int KINDS = DoorKind.values().length;

  private static <T> List<T> column(Stream<Arguments> table, Function<Object[], T> cell) {
    return table.map(Arguments::get).map(cell).toList();
  }

  private static DoorKind first(Object[] row) {
    return (DoorKind) row[0];
  }

  private static DoorKind second(Object[] row) {
    return (DoorKind) row[1];
  }

  @Test
  void the_whole_table_of_pairs_has_every_kind_with_every_kind_once() {
    assertThat(column(Breadth.ALL.pairs(), List::of))
        .doesNotHaveDuplicates()
        .hasSize(KINDS * KINDS);
  }

  @ParameterizedTest
  @EnumSource
  void every_kind_publishes_and_every_kind_subscribes(Breadth breadth) {
    assertThat(column(breadth.pairs(), BreadthTest::first)).contains(DoorKind.values());
    assertThat(column(breadth.pairs(), BreadthTest::second)).contains(DoorKind.values());
  }

  @ParameterizedTest
  @EnumSource
  void every_door_publishes_to_every_door(Breadth breadth) {
    List<List<Door>> doors =
        column(breadth.pairs(), row -> List.of(first(row).door(), second(row).door()));

    for (Door from : Door.values()) {
      for (Door to : Door.values()) {
        assertThat(doors).contains(List.of(from, to));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_kind_meets_every_other_door(Breadth breadth) {
    List<List<Object>> towards =
        column(breadth.pairs(), row -> List.of(first(row), second(row).door()));
    List<List<Object>> from =
        column(breadth.pairs(), row -> List.of(first(row).door(), second(row)));

    for (DoorKind kind : DoorKind.values()) {
      for (Door door : Door.values()) {
        assertThat(towards).contains(List.of(kind, door));
        assertThat(from).contains(List.of(door, kind));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_kind_leaves_and_every_door_by_both_ways(Breadth breadth) {
    List<DoorKind> kinds =
        column(breadth.leavers(Stream.of(DoorKind.values())), BreadthTest::first);
    List<List<Object>> ways =
        column(
            breadth.leavers(Stream.of(DoorKind.values())),
            row -> List.of(first(row).door(), row[1]));

    assertThat(kinds).contains(DoorKind.values());
    for (Door door : Door.values()) {
      for (Leave leave : Leave.values()) {
        assertThat(ways).contains(List.of(door, leave));
      }
    }
  }
}
