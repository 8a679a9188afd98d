package io.polyhub.identity;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients in by token, by certificate, or as anonymous, each only where that is configured. A
 * token that is shown is always checked: a bad one does not make its bearer anonymous.
 */
public final class Gatekeeper implements Authenticator, AutoCloseable {

  private final IdentityConfig config;
  private final InstantSource clock;
  private final @Nullable JwtAuthenticator tokens;
  private final OpenAuthenticator open = new OpenAuthenticator();

  private Gatekeeper(
      IdentityConfig config, InstantSource clock, @Nullable JwtAuthenticator tokens) {
    this.config = config;
    this.clock = clock;
    this.tokens = tokens;
  }

  /** Starts to verify as configured. */
  public static Gatekeeper start(
      IdentityConfig config, InstantSource clock, MeterRegistry registry) {
    JwtConfig jwt = config.jwt();
    return new Gatekeeper(
        config,
        clock,
        jwt == null ? null : JwtAuthenticator.start(jwt, config.keyFiles(), clock, registry));
  }

  @Override
  public boolean admitsFrom(@Nullable SocketAddress client) {
    return !config.isOpen() || open.admitsFrom(client);
  }

  @Override
  public CompletionStage<Verification> authenticate(Credentials credentials) {
    if (config.isOpen()) {
      return open.authenticate(credentials);
    }
    return switch (credentials) {
      case Credentials.None none -> done(withoutToken());
      case Credentials.Certificate shown -> done(byCertificate(shown));
      case Credentials.Token token ->
          tokens == null
              ? done(new Verification.Rejected(Reason.INVALID))
              : tokens.authenticate(token).thenApply(this::admitToken);
    };
  }

  @Override
  public CompletionStage<ChannelVerification> authenticateChannel(
      String jwt, String user, String channel) {
    if (config.isOpen()) {
      return open.authenticateChannel(jwt, user, channel);
    }
    return tokens == null
        ? done(new ChannelVerification.Rejected(Reason.INVALID))
        : tokens.authenticateChannel(jwt, user, channel);
  }

  /** Looks at the files of keys now. Returns whether what they hold is in force. */
  public boolean lookAtFiles() {
    return tokens == null || tokens.lookAtFiles();
  }

  private Verification withoutToken() {
    List<Grant> anonymous = config.anonymous();
    return anonymous == null
        ? new Verification.Rejected(Reason.MISSING)
        : new Verification.Verified(new Identity("", anonymous, null, null, List.of()));
  }

  private Verification byCertificate(Credentials.Certificate shown) {
    CertificateConfig certificates = config.certificates();
    if (certificates == null) {
      return withoutToken();
    }
    Instant end = shown.certificate().getNotAfter().toInstant();
    if (!clock.instant().isBefore(end)) {
      return new Verification.Rejected(Reason.EXPIRED);
    }
    return CertificateReader.user(shown.certificate(), certificates.userFrom())
        .<Verification>map(user ->
            new Verification.Verified(
                new Identity(
                    user,
                    certificates.grants(),
                    end,
                    null,
                    List.of(),
                    shown.certificate().getNotBefore().toInstant())))
        .orElseGet(() -> new Verification.Rejected(Reason.INVALID));
  }

  /** A token that names no user vouches for nobody: its bearer is anonymous, with its grants. */
  private Verification admitToken(Verification verification) {
    if (!(verification instanceof Verification.Verified verified)
        || !verified.identity().isAnonymous()) {
      return verification;
    }
    List<Grant> anonymous = config.anonymous();
    if (anonymous == null) {
      return new Verification.Rejected(Reason.INVALID);
    }
    Identity identity = verified.identity();
    List<Grant> grants = new ArrayList<>(identity.grants());
    grants.addAll(anonymous);
    return new Verification.Verified(
        new Identity("", grants, identity.expiresAt(), identity.info(), identity.channels()));
  }

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }

  @Override
  public void close() {
    if (tokens != null) {
      tokens.close();
    }
  }
}
