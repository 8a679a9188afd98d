package io.polyhub.server.cli;

import io.polyhub.server.config.Units;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times such as {@code 30s}, as configuration does. */
final class DurationConverter implements ITypeConverter<Duration> {

  @Override
  public Duration convert(String text) {
    return Units.duration(text)
        .filter(Duration::isPositive)
        .orElseThrow(() ->
            new TypeConversionException(
                "'" + text + "' is not a time (expected: such as 30s, 5m, 1h or 7d)"));
  }
}
