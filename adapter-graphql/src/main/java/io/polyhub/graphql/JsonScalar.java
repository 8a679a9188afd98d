package io.polyhub.graphql;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.NullValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingSerializeException;
import graphql.schema.GraphQLScalarType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scalar {@code JSON}: any JSON value. On the way out it is {@link RawJson}, handed on as it
 * is; on the way in what {@link Json} reads.
 */
final class JsonScalar implements Coercing<Object, Object> {

  private JsonScalar() {}

  /** Makes the scalar's type. */
  static GraphQLScalarType type() {
    return GraphQLScalarType.newScalar().name("JSON").coercing(new JsonScalar()).build();
  }

  @Override
  public Object serialize(Object value, GraphQLContext context, Locale locale) {
    if (value instanceof RawJson) {
      return value;
    }
    throw new CoercingSerializeException("not JSON text");
  }

  @Override
  public Object parseValue(Object input, GraphQLContext context, Locale locale) {
    return input;
  }

  @Override
  public @Nullable Object parseLiteral(
      Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
    return read(input, variables);
  }

  /** A variable without a value is null here, as one inside a list is in GraphQL. */
  private static @Nullable Object read(Value<?> value, CoercedVariables variables) {
    return switch (value) {
      case NullValue ignored -> null;
      case StringValue text -> text.getValue();
      case BooleanValue truth -> truth.isValue();
      case IntValue number -> number.getValue();
      case FloatValue number -> number.getValue();
      case VariableReference variable -> variables.get(variable.getName());
      case ArrayValue array -> {
        List<@Nullable Object> list = new ArrayList<>(array.getValues().size());
        for (Value<?> element : array.getValues()) {
          list.add(read(element, variables));
        }
        yield list;
      }
      case ObjectValue object -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (ObjectField field : object.getObjectFields()) {
          map.put(field.getName(), read(field.getValue(), variables));
        }
        yield map;
      }
      default -> throw new CoercingParseLiteralException("An enum value is not JSON.");
    };
  }
}
