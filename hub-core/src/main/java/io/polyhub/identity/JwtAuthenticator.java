package io.polyhub.identity;

import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.files.LiveFiles;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Key;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies JSON Web Tokens (RFC 7519, RFC 8725), as {@code docs/identity.md} describes them. Other
 * credentials are {@link Authenticator.Reason#MISSING}.
 *
 * <p>Signatures are checked on the calling thread, which takes well under a millisecond; only where
 * a key has first to be fetched does the stage complete later, within the {@linkplain
 * JwtConfig.Jwks#timeout() fetch's limit}. What is refused is counted in {@code polyhub.tokens}.
 */
public final class JwtAuthenticator implements Authenticator, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JwtAuthenticator.class);

  private final JwtConfig config;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private volatile List<Key> keys;
  private final @Nullable LiveFiles<JwtConfig> files;
  private final @Nullable JwksKeys jwks;

  private JwtAuthenticator(
      JwtConfig config,
      @Nullable LiveFiles<JwtConfig> files,
      InstantSource clock,
      MeterRegistry registry) {
    this.config = config;
    this.files = files;
    this.clock = clock;
    this.registry = registry;
    this.keys = keys(config);
    jwks = config.jwks() == null ? null : new JwksKeys(config.jwks(), clock, registry);
  }

  /** Starts to verify; where keys are published at an address, their first fetch begins. */
  public static JwtAuthenticator start(
      JwtConfig config, InstantSource clock, MeterRegistry registry) {
    return start(config, null, clock, registry);
  }

  /**
   * As {@link #start(JwtConfig, InstantSource, MeterRegistry)}, with keys that follow their files.
   *
   * @param config with what the files hold already
   * @param keyFiles which files, or null for none
   */
  static JwtAuthenticator start(
      JwtConfig config, @Nullable KeyFiles keyFiles, InstantSource clock, MeterRegistry registry) {
    if (config.hasShortSecret()) {
      LOG.warn(JwtConfig.SHORT_SECRET_WARNING);
    }
    if (keyFiles == null || keyFiles.all().isEmpty()) {
      return new JwtAuthenticator(config, null, clock, registry);
    }
    LiveFiles.Content<JwtConfig> content =
        new LiveFiles.Content<>() {
          @Override
          public List<Path> files() {
            return keyFiles.all();
          }

          @Override
          public JwtConfig load() throws IOException {
            return keyFiles.read(config);
          }
        };
    LiveFiles<JwtConfig> files =
        LiveFiles.startWith(config, "auth.jwt", content, registry, LiveFiles.INTERVAL);
    JwtAuthenticator authenticator = new JwtAuthenticator(config, files, clock, registry);
    files.onChange(fresh -> authenticator.keys = keys(fresh));
    return authenticator;
  }

  private static List<Key> keys(JwtConfig config) {
    List<Key> keys = new ArrayList<>();
    for (String secret : config.hmacSecrets()) {
      keys.add(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HMAC"));
    }
    keys.addAll(config.publicKeys());
    return List.copyOf(keys);
  }

  /** Looks at the files of keys now. Returns whether what they hold is in force. */
  boolean lookAtFiles() {
    return files == null || files.look();
  }

  @Override
  public boolean admitsFrom(@Nullable SocketAddress client) {
    return true;
  }

  @Override
  public CompletionStage<Verification> authenticate(Credentials credentials) {
    return switch (credentials) {
      case Credentials.None none -> done(new Verification.Rejected(Reason.MISSING));
      case Credentials.Certificate other -> done(new Verification.Rejected(Reason.MISSING));
      case Credentials.Token token -> verify(token.jwt(), this::session, this::rejected);
    };
  }

  private Verification session(TokenClaims claims) {
    if (claims.channel() != null) {
      return rejected(Reason.MISMATCH);
    }
    return new Verification.Verified(
        new Identity(
            claims.user(),
            claims.grants(),
            claims.end(),
            claims.info(),
            claims.channels(),
            claims.issuedAt()));
  }

  private Verification rejected(Reason reason) {
    count(reason);
    return new Verification.Rejected(reason);
  }

  @Override
  public CompletionStage<ChannelVerification> authenticateChannel(
      String jwt, String user, String channel) {
    return verify(jwt, claims -> pass(claims, user, channel), this::channelRejected);
  }

  private ChannelVerification pass(TokenClaims claims, String user, String channel) {
    if (!claims.user().equals(user) || !channel.equals(claims.channel())) {
      return channelRejected(Reason.MISMATCH);
    }
    return new ChannelVerification.Verified(
        new ChannelPass(channel, claims.end(), claims.info(), claims.issuedAt()));
  }

  private ChannelVerification channelRejected(Reason reason) {
    count(reason);
    return new ChannelVerification.Rejected(reason);
  }

  private void count(Reason reason) {
    registry
        .counter("polyhub.tokens.rejected", "reason", reason.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  private <T> CompletionStage<T> verify(
      String jwt, Function<TokenClaims, T> accept, Function<Reason, T> reject) {
    CompactToken token = CompactToken.parse(jwt).orElse(null);
    if (token == null) {
      return done(reject.apply(Reason.INVALID));
    }
    if (isSignedByOneOf(keys, token)) {
      return done(judge(token, accept, reject));
    }
    if (jwks == null) {
      return done(reject.apply(Reason.INVALID));
    }
    return verifyPublished(jwks, token, accept, reject);
  }

  private <T> CompletionStage<T> verifyPublished(
      JwksKeys published,
      CompactToken token,
      Function<TokenClaims, T> accept,
      Function<Reason, T> reject) {
    List<? extends Key> known = published.find(token.algorithm(), token.keyId());
    if (isSignedByOneOf(known, token)) {
      return done(judge(token, accept, reject));
    }
    if (token.keyId() != null && !known.isEmpty()) {
      return done(reject.apply(Reason.INVALID));
    }
    return published
        .refresh()
        .thenApply(refresh -> {
          if (isSignedByOneOf(published.find(token.algorithm(), token.keyId()), token)) {
            return judge(token, accept, reject);
          }
          return reject.apply(
              refresh == JwksKeys.Refresh.UNAVAILABLE ? Reason.UNAVAILABLE : Reason.INVALID);
        });
  }

  private static boolean isSignedByOneOf(List<? extends Key> candidates, CompactToken token) {
    for (Key key : candidates) {
      if (token.algorithm().verify(key, token.signed(), token.signature())) {
        return true;
      }
    }
    return false;
  }

  /** Reads and checks the claims of a token whose signature is good. */
  private <T> T judge(
      CompactToken token, Function<TokenClaims, T> accept, Function<Reason, T> reject) {
    TokenClaims claims = ClaimReader.read(token.payload(), config.claims()).orElse(null);
    if (claims == null || !isFromIssuer(claims) || !isForUs(claims)) {
      return reject.apply(Reason.INVALID);
    }
    Instant now = clock.instant();
    Instant latestStart = now.plus(config.leeway());
    if (isAfter(claims.issuedAt(), latestStart)) {
      return reject.apply(Reason.INVALID);
    }
    if (isAfter(claims.notBefore(), latestStart)
        || isOver(claims.expiresAt(), now)
        || isOver(claims.end(), now)) {
      return reject.apply(Reason.EXPIRED);
    }
    if (!endsInTime(claims, now)) {
      return reject.apply(Reason.INVALID);
    }
    return accept.apply(claims);
  }

  /**
   * Whether the token ends, and neither it nor what it gives outlasts the longest lifetime. The
   * issuer's clock may be ahead of ours by the leeway.
   */
  private boolean endsInTime(TokenClaims claims, Instant now) {
    if (config.maxLifetime() == null) {
      return true;
    }
    Instant latestEnd = now.plus(config.maxLifetime()).plus(config.leeway());
    Instant end = claims.end();
    return claims.expiresAt() != null
        && !claims.expiresAt().isAfter(latestEnd)
        && end != null
        && !end.isAfter(latestEnd);
  }

  private boolean isFromIssuer(TokenClaims claims) {
    return config.issuer() == null || config.issuer().equals(claims.issuer());
  }

  private boolean isForUs(TokenClaims claims) {
    return config.audiences().isEmpty()
        || claims.audience().stream().anyMatch(config.audiences()::contains);
  }

  private static boolean isAfter(@Nullable Instant instant, Instant limit) {
    return instant != null && instant.isAfter(limit);
  }

  private static boolean isOver(@Nullable Instant end, Instant now) {
    return end != null && !now.isBefore(end);
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }

  /** Stops fetching keys; verifies no more tokens whose keys it does not have. */
  @Override
  public void close() {
    if (files != null) {
      files.close();
    }
    if (jwks != null) {
      jwks.close();
    }
  }
}
