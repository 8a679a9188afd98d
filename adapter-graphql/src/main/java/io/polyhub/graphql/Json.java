package io.polyhub.graphql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON from clients and writes it to them. Values are maps, lists, strings, numbers that lose
 * no digit, booleans and null; what is written may hold {@link RawJson} too.
 */
final class Json {

  /** How deep the values of a client may be nested. */
  static final int MAX_DEPTH = 100;

  /** How many digits a client's number may have. */
  static final int MAX_NUMBER_LENGTH = 1000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .build())
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Reads one JSON object, or nothing if the bytes are not exactly one: broken syntax, invalid
   * UTF-8, a name twice, or beyond the limits. Its strings may still hold half surrogate pairs, by
   * escapes: see {@link #isWellFormed(Object)}. Never throws.
   */
  @SuppressWarnings("unchecked") // Jackson's untyped objects have string keys
  static Optional<Map<String, @Nullable Object>> readObject(byte[] utf8) {
    try (JsonParser parser = FACTORY.createParser(utf8)) {
      Object value = MAPPER.readValue(parser, Object.class);
      return value instanceof Map<?, ?> map
          ? Optional.of((Map<String, @Nullable Object>) map)
          : Optional.empty();
    } catch (IOException notJson) {
      return Optional.empty();
    }
  }

  /** Whether no string of the value, names among them, has half of a surrogate pair. */
  static boolean isWellFormed(@Nullable Object value) {
    return switch (value) {
      case String text -> isWellFormed(text);
      case Map<?, ?> map -> {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          if (!isWellFormed(entry.getKey()) || !isWellFormed(entry.getValue())) {
            yield false;
          }
        }
        yield true;
      }
      case List<?> list -> {
        for (Object element : list) {
          if (!isWellFormed(element)) {
            yield false;
          }
        }
        yield true;
      }
      case null, default -> true;
    };
  }

  /** Whether the text has no half of a surrogate pair, so that UTF-8 can say it. */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** Writes a value as compact JSON in UTF-8. */
  static byte[] write(@Nullable Object value) {
    try {
      return write(value, Integer.MAX_VALUE);
    } catch (TooLongException impossible) {
      throw new IllegalStateException("no text is that long", impossible);
    }
  }

  /**
   * Writes a value as compact JSON in UTF-8.
   *
   * @throws TooLongException if that takes more bytes
   */
  static byte[] write(@Nullable Object value, int maxBytes) throws TooLongException {
    BoundedBytes bytes = new BoundedBytes(maxBytes);
    try (JsonGenerator generator = FACTORY.createGenerator((OutputStream) bytes)) {
      write(generator, value);
    } catch (TooLongException tooLong) {
      throw tooLong;
    } catch (IOException e) {
      throw new IllegalArgumentException("value: cannot be JSON", e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> generator.writeNull();
      case RawJson raw -> generator.writeRawValue(raw);
      case String text -> generator.writeString(text);
      case Boolean truth -> generator.writeBoolean(truth);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case BigInteger number -> generator.writeNumber(number);
      case BigDecimal number -> generator.writeNumber(number);
      case Double number -> generator.writeNumber(number);
      case Map<?, ?> map -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          generator.writeFieldName((String) entry.getKey());
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case Iterable<?> list -> {
        generator.writeStartArray();
        for (Object element : list) {
          write(generator, element);
        }
        generator.writeEndArray();
      }
      default ->
          throw new IllegalArgumentException(
              "value: " + value.getClass().getName() + " (expected: what JSON can say)");
    }
  }

  /** What was to be written passes its bound. Has no stack trace. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException() {
      super("longer than allowed");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class BoundedBytes extends OutputStream {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private final int maxBytes;

    BoundedBytes(int maxBytes) {
      this.maxBytes = maxBytes;
    }

    @Override
    public void write(int value) throws TooLongException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws TooLongException {
      if (length > maxBytes - bytes.size()) {
        throw new TooLongException();
      }
      bytes.write(source, offset, length);
    }

    byte[] toByteArray() {
      return bytes.toByteArray();
    }
  }
}
