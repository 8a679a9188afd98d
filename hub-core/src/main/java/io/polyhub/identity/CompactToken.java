package io.polyhub.identity;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A signed token taken apart (RFC 7515 section 7.1); nothing in it has been verified.
 *
 * @param algorithm what the header says it is signed with
 * @param keyId which key the header names, or null
 * @param signed the bytes that the signature is over
 * @param payload the claims
 * @param signature the signature
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
record CompactToken(
    SigningAlgorithm algorithm,
    @Nullable String keyId,
    byte[] signed,
    byte[] payload,
    byte[] signature) {

  private static final int MAX_KEY_ID_LENGTH = 256;

  /**
   * Takes a token apart, or returns nothing if it is none that could be accepted. Blanks around it,
   * such as the line end of the file it was read from, do not count: here, for every door and every
   * place that a token is shown in.
   */
  static Optional<CompactToken> parse(String shown) {
    if (shown.length() > Credentials.Token.MAX_LENGTH) {
      return Optional.empty();
    }
    String jwt = shown.strip();
    int first = jwt.indexOf('.');
    int second = jwt.indexOf('.', first + 1);
    if (first <= 0 || second < 0 || jwt.indexOf('.', second + 1) >= 0) {
      return Optional.empty();
    }
    try {
      // Bytes beyond ASCII become "?", which the decoder refuses.
      byte[] text = jwt.getBytes(StandardCharsets.US_ASCII);
      byte[] header = decode(text, 0, first);
      byte[] payload = decode(text, first + 1, second);
      byte[] signature = decode(text, second + 1, text.length);
      return parse(header, Arrays.copyOf(text, second), payload, signature);
    } catch (IOException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static byte[] decode(byte[] text, int from, int to) {
    return Base64.getUrlDecoder().decode(Arrays.copyOfRange(text, from, to));
  }

  private static Optional<CompactToken> parse(
      byte[] header, byte[] signed, byte[] payload, byte[] signature) throws IOException {
    String algorithm = null;
    String keyId = null;
    try (JsonParser json = ClaimReader.JSON.createParser(header)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "alg" -> algorithm = value == JsonToken.VALUE_STRING ? json.getText() : null;
          case "kid" -> {
            if (value != JsonToken.VALUE_STRING || json.getText().length() > MAX_KEY_ID_LENGTH) {
              return Optional.empty();
            }
            keyId = json.getText();
          }
          // What must be understood is not understood here (RFC 7515 section 4.1.11).
          case "crit" -> {
            return Optional.empty();
          }
          // A payload that is not encoded (RFC 7797) needs crit; without it we would read the
          // token otherwise than its issuer wrote it.
          case "b64" -> {
            if (value != JsonToken.VALUE_TRUE) {
              return Optional.empty();
            }
          }
          default -> json.skipChildren();
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        return Optional.empty();
      }
    }
    if (algorithm == null) {
      return Optional.empty();
    }
    String id = keyId;
    return SigningAlgorithm.of(algorithm)
        .map(known -> new CompactToken(known, id, signed, payload, signature));
  }
}
