package io.polyhub.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Verb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a token's claims. Strict: what is not of the type and within the bounds that {@code
 * docs/identity.md} gives makes the whole token invalid, as do members that come twice. Members
 * that we do not know are skipped.
 */
final class ClaimReader {

  /** The last second of the year 9999; no honest token ends later. */
  private static final long MAX_EPOCH_SECOND = 253_402_300_799L;

  private static final int MAX_TEXT_LENGTH = 4 * 1024;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxNumberLength(64)
                  .maxStringLength(Credentials.Token.MAX_LENGTH)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final JsonParser json;
  private final ClaimMapping mapping;
  private final List<ClaimPath> paths;
  private TokenClaims claims = TokenClaims.of("");
  private final Set<String> roles = new LinkedHashSet<>();
  private int filters;
  private byte @Nullable [] info;
  private byte @Nullable [] binaryInfo;

  private ClaimReader(JsonParser json, ClaimMapping mapping) {
    this.json = json;
    this.mapping = mapping;
    paths = new ArrayList<>(mapping.roles());
    paths.add(mapping.user());
  }

  /** Reads claims as the hub's own tokens have them. */
  static Optional<TokenClaims> read(byte[] payload) {
    return read(payload, ClaimMapping.STANDARD);
  }

  /**
   * Returns the claims, or nothing if these bytes are no claims that we understand. What roles give
   * stands among the grants.
   */
  static Optional<TokenClaims> read(byte[] payload, ClaimMapping mapping) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
      try (JsonParser json = JSON.createParser(text)) {
        return Optional.of(new ClaimReader(json, mapping).readAll());
      }
    } catch (IOException malformed) {
      return Optional.empty();
    }
  }

  private TokenClaims readAll() throws IOException {
    expect(json.nextToken() == JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      readMember(name);
    }
    expect(json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null);
    claims = claims.withInfo(binaryInfo != null ? binaryInfo : info);
    if (roles.isEmpty()) {
      return claims;
    }
    List<Grant> grants = new ArrayList<>(claims.grants());
    for (String role : roles) {
      grants.addAll(mapping.grants().getOrDefault(role, List.of()));
    }
    return claims.withGrants(grants);
  }

  private void readMember(String name) throws IOException {
    switch (name) {
      case "channel" -> claims = claims.withChannel(channelName());
      case "iss" -> claims = claims.withIssuer(text());
      case "aud" -> claims = claims.withAudience(audience());
      case "iat" -> claims = claims.withIssuedAt(instant());
      case "nbf" -> claims = claims.withNotBefore(instant());
      case "exp" -> claims = claims.withExpiresAt(instant());
      case "expire_at" -> {
        Instant end = instant();
        claims = claims.withLeaveEnds(end.equals(Instant.EPOCH) ? Instant.MAX : end);
      }
      case "info" -> info = bounded(compactJson());
      case "b64info" -> binaryInfo = bounded(base64());
      case "channels" -> claims = claims.withChannels(channelNames());
      case "grants" -> claims = claims.withGrants(grants());
      // A pass for one client alone would be wider than its issuer meant, were this overlooked.
      case "client" -> throw new MalformedException();
      default -> readMapped(0, name, paths);
    }
  }

  /**
   * Reads a member that one of the paths may end at or lead through; skips any other.
   *
   * @param depth how many names of these paths led to the object that the member stands in
   */
  private void readMapped(int depth, String name, List<ClaimPath> candidates) throws IOException {
    List<ClaimPath> through = new ArrayList<>();
    for (ClaimPath path : candidates) {
      if (!path.names().get(depth).equals(name)) {
        continue;
      }
      if (path.names().size() > depth + 1) {
        through.add(path);
      } else if (path.equals(mapping.user())) {
        claims = claims.withUser(user());
        return;
      } else {
        readRoles();
        return;
      }
    }
    if (through.isEmpty()) {
      json.skipChildren();
      return;
    }
    expect(json.currentToken() == JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String inner = json.currentName();
      json.nextToken();
      readMapped(depth + 1, inner, through);
    }
  }

  /** Only roles that give something are kept, so that their number is bounded by ours. */
  private void readRoles() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      for (String role : json.getText().split(" ", -1)) {
        addRole(role);
      }
      return;
    }
    expect(json.currentToken() == JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken() == JsonToken.VALUE_STRING);
      addRole(json.getText());
    }
  }

  private void addRole(String role) {
    if (mapping.grants().containsKey(role)) {
      roles.add(role);
    }
  }

  private String user() throws IOException {
    String user = text();
    expect(Identity.isUserName(user));
    for (int i = 0; i < user.length(); i++) {
      char c = user.charAt(i);
      if (Character.isSurrogate(c)) {
        expect(
            Character.isHighSurrogate(c)
                && i + 1 < user.length()
                && Character.isLowSurrogate(user.charAt(i + 1)));
        i++;
      }
    }
    return user;
  }

  private String text() throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_STRING);
    String text = json.getText();
    expect(text.length() <= MAX_TEXT_LENGTH);
    return text;
  }

  private String channelName() throws IOException {
    String name = text();
    expect(ChannelName.isValid(name));
    return name;
  }

  private List<String> audience() throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return List.of(text());
    }
    List<String> audience = new ArrayList<>();
    expect(json.currentToken() == JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(audience.size() < TokenClaims.MAX_AUDIENCES);
      audience.add(text());
    }
    return audience;
  }

  private List<String> channelNames() throws IOException {
    List<String> names = new ArrayList<>();
    expect(json.currentToken() == JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(names.size() < TokenClaims.MAX_CHANNELS);
      names.add(channelName());
    }
    return names;
  }

  /** A NumericDate: seconds since 1970, also with a fraction (RFC 7519 section 2). */
  private Instant instant() throws IOException {
    expect(json.currentToken().isNumeric());
    double seconds = json.getDoubleValue();
    expect(seconds >= 0 && seconds <= MAX_EPOCH_SECOND);
    return json.currentToken() == JsonToken.VALUE_NUMBER_INT
        ? Instant.ofEpochSecond(json.getLongValue())
        : Instant.ofEpochMilli((long) (seconds * 1000));
  }

  private byte[] base64() throws IOException {
    String text = text();
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      throw new MalformedException();
    }
  }

  /** The value as one line of JSON, its numbers unchanged. */
  private byte[] compactJson() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(bytes)) {
      generator.copyCurrentStructureExact(json);
    }
    return bytes.toByteArray();
  }

  private static byte[] bounded(byte[] bytes) throws MalformedException {
    expect(bytes.length <= TokenClaims.MAX_INFO_BYTES);
    return bytes;
  }

  private List<Grant> grants() throws IOException {
    List<Grant> grants = new ArrayList<>();
    expect(json.currentToken() == JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(grants.size() < TokenClaims.MAX_GRANTS);
      grants.add(grant());
    }
    return grants;
  }

  private Grant grant() throws IOException {
    List<ChannelFilter> channels = new ArrayList<>();
    Set<Verb> verbs = EnumSet.noneOf(Verb.class);
    expect(json.currentToken() == JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean namesFilters = json.currentName().equals("filters");
      expect(namesFilters || json.currentName().equals("verbs"));
      expect(json.nextToken() == JsonToken.START_ARRAY);
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (namesFilters) {
          expect(++filters <= TokenClaims.MAX_FILTERS);
          channels.add(ChannelFilter.parse(text()).orElseThrow(MalformedException::new));
        } else {
          verbs.add(verb());
        }
      }
    }
    expect(!channels.isEmpty() && !verbs.isEmpty());
    return new Grant(channels, verbs);
  }

  private Verb verb() throws IOException {
    return switch (text()) {
      case "publish" -> Verb.PUBLISH;
      case "subscribe" -> Verb.SUBSCRIBE;
      case "history" -> Verb.HISTORY;
      case "presence" -> Verb.PRESENCE;
      default -> throw new MalformedException();
    };
  }

  private static void expect(boolean holds) throws MalformedException {
    if (!holds) {
      throw new MalformedException();
    }
  }

  /** A peer's mistake, which needs no stack. */
  private static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
