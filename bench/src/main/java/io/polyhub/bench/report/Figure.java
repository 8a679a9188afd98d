package io.polyhub.bench.report;

/**
 * One number that was measured.
 *
 * @param name what it is, for example {@code deliveries per CPU second}
 * @param unit of it, for example {@code 1/s}, {@code ms}, {@code B}; empty for a plain count
 */
public record Figure(String name, String unit, double value) {}
