package io.polyhub.graphql;

import graphql.GraphQLContext;
import graphql.schema.Coercing;
import graphql.schema.CoercingSerializeException;
import graphql.schema.GraphQLScalarType;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** The scalar {@code DateTime}: RFC 3339 in UTC with milliseconds. Only ever sent. */
final class DateTimeScalar implements Coercing<Object, String> {

  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private DateTimeScalar() {}

  /** Makes the scalar's type. */
  static GraphQLScalarType type() {
    return GraphQLScalarType.newScalar().name("DateTime").coercing(new DateTimeScalar()).build();
  }

  @Override
  public String serialize(Object value, GraphQLContext context, Locale locale) {
    if (value instanceof Instant instant) {
      return text(instant);
    }
    throw new CoercingSerializeException("not an instant");
  }

  static String text(Instant instant) {
    return FORMAT.format(instant);
  }
}
