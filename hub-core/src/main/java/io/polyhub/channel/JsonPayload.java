package io.polyhub.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells JSON payloads from others, the same on every door: a payload is JSON if its content type
 * says so or nothing, and its bytes are one JSON text (RFC 8259) in UTF-8, nested at most {@link
 * #MAX_DEPTH} deep.
 */
public final class JsonPayload {

  /** The deepest nesting of a payload that counts as JSON. */
  public static final int MAX_DEPTH = 500;

  private static final Object KEY = new Object();

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .configure(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION, false)
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .build();

  private JsonPayload() {}

  /**
   * Returns the payload as JSON on one line, or nothing if it is not JSON. Found out once for each
   * publication. The bytes are shared, never to be changed.
   */
  public static Optional<byte[]> of(Publication publication) {
    return publication.memo(
        KEY,
        made ->
            saysJson(made.contentType()) && isJson(made.payload())
                ? Optional.of(onOneLine(made.payload()))
                : Optional.<byte[]>empty());
  }

  private static boolean saysJson(@Nullable String contentType) {
    if (contentType == null || contentType.isEmpty()) {
      return true;
    }
    int end = contentType.indexOf(';');
    String type =
        (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  /** Tells whether the bytes are one JSON text in UTF-8. */
  public static boolean isJson(byte[] bytes) {
    if (bytes.length == 0 || !isUtf8(bytes)) {
      return false;
    }
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException notJson) {
      return false;
    }
  }

  /**
   * Jackson is lax about overlong forms and surrogates, and finds out UTF-16 by its zero bytes and
   * byte order marks, neither of which may stand in JSON here.
   */
  private static boolean isUtf8(byte[] bytes) {
    boolean ascii = true;
    for (byte b : bytes) {
      if (b == 0) {
        return false;
      }
      ascii &= b > 0;
    }
    if (ascii) {
      return true;
    }
    if (bytes[0] == (byte) 0xEF && bytes.length > 2 && bytes[1] == (byte) 0xBB) {
      return false;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  /** Line ends can stand in JSON only between tokens, where they mean nothing. */
  private static byte[] onOneLine(byte[] json) {
    boolean lines = false;
    for (byte b : json) {
      if (b == '\n' || b == '\r') {
        lines = true;
        break;
      }
    }
    if (!lines) {
      return json;
    }
    byte[] line = json.clone();
    for (int i = 0; i < line.length; i++) {
      if (line[i] == '\n' || line[i] == '\r') {
        line[i] = ' ';
      }
    }
    return line;
  }
}
