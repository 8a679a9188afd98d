package io.polyhub.server;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives each metric its HELP text: its row in the table of {@code docs/operations.md}, which the
 * build puts beside this class. So a metric is described in one place.
 */
final class MetricHelp implements MeterFilter {

  private static final String DOCUMENT = "operations.md";
  private static final Pattern NAME = Pattern.compile("`([a-z_]+)`");

  /** What Prometheus adds to names by itself. */
  private static final Pattern SUFFIX = Pattern.compile("_(total|info)$");

  private static final NamingConvention NAMES = new PrometheusNamingConvention();

  private final Map<String, String> texts = new HashMap<>();

  MetricHelp() {
    for (String line : document().split("\n", -1)) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 5) {
        Matcher names = NAME.matcher(cells[1]);
        while (names.find()) {
          texts.put(plain(names.group(1)), cells[3].strip().replace("`", ""));
        }
      }
    }
  }

  private static String document() {
    try (InputStream in =
        Objects.requireNonNull(MetricHelp.class.getResourceAsStream(DOCUMENT), DOCUMENT)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public Meter.Id map(Meter.Id id) {
    @Nullable String text = texts.get(plain(id.getConventionName(NAMES)));
    String own = id.getDescription();
    return text == null || (own != null && !own.isBlank())
        ? id
        : new Meter.Id(
            id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), text, id.getType());
  }

  private static String plain(String name) {
    return SUFFIX.matcher(name).replaceFirst("");
  }
}
