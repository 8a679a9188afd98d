package io.polyhub.identity;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes claims so that {@link ClaimReader} reads the same. */
final class ClaimWriter {

  private ClaimWriter() {}

  static byte[] write(TokenClaims claims) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = ClaimReader.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!claims.user().isEmpty()) {
        json.writeStringField("sub", claims.user());
      }
      writeText(json, "channel", claims.channel());
      writeText(json, "iss", claims.issuer());
      writeTexts(json, "aud", claims.audience());
      writeInstant(json, "iat", claims.issuedAt());
      writeInstant(json, "nbf", claims.notBefore());
      writeInstant(json, "exp", claims.expiresAt());
      Instant leaveEnds = claims.leaveEnds();
      writeInstant(json, "expire_at", Instant.MAX.equals(leaveEnds) ? Instant.EPOCH : leaveEnds);
      byte[] info = claims.info();
      if (info != null) {
        json.writeStringField("b64info", Base64.getEncoder().encodeToString(info));
      }
      writeTexts(json, "channels", claims.channels());
      writeGrants(json, claims.grants());
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void writeText(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static void writeTexts(JsonGenerator json, String name, List<String> values)
      throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(name);
      for (String value : values) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
  }

  private static void writeInstant(JsonGenerator json, String name, @Nullable Instant value)
      throws IOException {
    if (value != null) {
      json.writeNumberField(name, value.getEpochSecond());
    }
  }

  private static void writeGrants(JsonGenerator json, List<Grant> grants) throws IOException {
    if (grants.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("grants");
    for (Grant grant : grants) {
      json.writeStartObject();
      writeTexts(json, "filters", grant.filters().stream().map(ChannelFilter::text).toList());
      writeTexts(json, "verbs", grant.verbs().stream().sorted().map(ClaimWriter::name).toList());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String name(Verb verb) {
    return verb.name().toLowerCase(Locale.ROOT);
  }
}
