package io.polyhub.hub;

import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Credentials;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An authenticator that waits for somebody who does not answer. */
public final class Undecided implements Authenticator {

  @Override
  public CompletionStage<Verification> authenticate(Credentials credentials) {
    return new CompletableFuture<>();
  }

  @Override
  public CompletionStage<ChannelVerification> authenticateChannel(
      String jwt, String user, String channel) {
    return new CompletableFuture<>();
  }
}
