package io.polyhub.hub;

import io.polyhub.identity.Authenticator;
import io.polyhub.identity.Credentials;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An authenticator that waits for somebody who does not answer. */
public final class Undecided implements Authenticator {

  @Override
  public boolean admitsFrom(@Nullable SocketAddress client) {
    return true;
  }

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
