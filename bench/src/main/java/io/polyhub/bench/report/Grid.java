package io.polyhub.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows by their variant, under the figures that they have.
 *
 * @param columns the names of the figures
 * @param variants the rows of each variant
 */
record Grid(List<String> columns, Map<String, List<Row>> variants) {

  /** The rows of each variant, in the order in which the variants first come. */
  static Map<String, List<Row>> byVariant(List<Row> rows) {
    Map<String, List<Row>> variants = new LinkedHashMap<>();
    for (Row row : rows) {
      variants.computeIfAbsent(row.variant(), variant -> new ArrayList<>()).add(row);
    }
    return variants;
  }

  /** As many grids as it takes for variants to be together only if they have the same figures. */
  static List<Grid> of(List<Row> rows) {
    List<Grid> grids = new ArrayList<>();
    byVariant(rows)
        .forEach((variant, members) -> {
          List<String> columns = columns(members);
          if (grids.isEmpty() || !grids.getLast().columns.equals(columns)) {
            grids.add(new Grid(columns, new LinkedHashMap<>()));
          }
          grids.getLast().variants.put(variant, members);
        });
    return grids;
  }

  /** The figure of a row by its name, if it was measured. */
  static Optional<Figure> figure(Row row, String name) {
    return row.figures().stream().filter(figure -> figure.name().equals(name)).findFirst();
  }

  /** Whether a row's figures tell of the generator. */
  boolean hasSaturated() {
    return variants.values().stream().flatMap(List::stream).anyMatch(Row::saturated);
  }

  private static List<String> columns(List<Row> rows) {
    Set<String> names = new LinkedHashSet<>();
    rows.forEach(row -> row.figures().forEach(figure -> names.add(figure.name())));
    return List.copyOf(names);
  }
}
