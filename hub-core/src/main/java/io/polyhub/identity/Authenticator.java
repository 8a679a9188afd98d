package io.polyhub.identity;

import java.net.SocketAddress;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Turns credentials into an identity.
 *
 * <p>Called on lanes, so it must not block; where a key has to be fetched first, the stage
 * completes later on any thread. The stage never completes exceptionally, and always completes
 * within the implementation's own limit of time. Safe for any thread.
 */
public interface Authenticator {

  /** Verifies what a client shows at its door. */
  CompletionStage<Verification> authenticate(Credentials credentials);

  /**
   * Whether anybody at that address may come in at all, whatever is shown. Decided before
   * credentials are looked at.
   *
   * @param client where the client is, by what trusted proxies say, or null if there is no telling
   */
  boolean admitsFrom(@Nullable SocketAddress client);

  /** Verifies a token that is for one channel alone, shown by that user. */
  CompletionStage<ChannelVerification> authenticateChannel(String jwt, String user, String channel);

  /** The outcome for a session. */
  sealed interface Verification {
    record Verified(Identity identity) implements Verification {}

    record Rejected(Reason reason) implements Verification {}
  }

  /** The outcome for one channel. */
  sealed interface ChannelVerification {
    record Verified(ChannelPass pass) implements ChannelVerification {}

    record Rejected(Reason reason) implements ChannelVerification {}
  }

  /** Why credentials were not accepted. */
  enum Reason {
    /** None were shown, and anonymous clients are not admitted. */
    MISSING,
    /** Not a token that we can trust: form, signature, algorithm, issuer, audience. */
    INVALID,
    /** A good token whose time is over or has not begun. */
    EXPIRED,
    /** A good token of another user or for another channel. */
    MISMATCH,
    /** The keys could not be had just now. */
    UNAVAILABLE
  }
}
