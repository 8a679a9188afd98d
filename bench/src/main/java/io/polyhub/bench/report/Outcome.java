package io.polyhub.bench.report;

import java.util.List;
import java.util.Map;

/**
 * What a scenario found.
 *
 * @param scenario its word on the command line
 * @param title what it is about
 * @param question what it asks, in a sentence or two
 * @param command what repeats it
 * @param parameters how large it was, in the order in which they are to be read
 * @param rows what each target showed
 * @param comparisons what follows from that
 * @param plots what is better seen than read
 * @param notes what else was noticed, one sentence each
 * @param configurations how each target was configured, by its name
 * @param seconds how long it took
 */
public record Outcome(
    String scenario,
    String title,
    String question,
    String command,
    Map<String, String> parameters,
    List<Row> rows,
    List<Comparison> comparisons,
    List<Plot> plots,
    List<String> notes,
    Map<String, String> configurations,
    double seconds) {}
