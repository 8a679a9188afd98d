package io.polyhub.identity;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * For a hub without authentication: everyone on this machine is anonymous and may do everything,
 * except on channels whose name begins with {@code $}. What clients show is not looked at.
 */
public final class OpenAuthenticator implements Authenticator {

  /** All verbs on all channels whose name does not begin with {@code $}. */
  public static final Grant EVERYTHING =
      new Grant(List.of(ChannelFilter.of("#")), Set.of(Verb.values()));

  private static final Identity ANYONE =
      new Identity("", List.of(EVERYTHING), null, null, List.of());

  /** Its ports are bound to loopback; so whoever is elsewhere came by a proxy on this machine. */
  @Override
  public boolean admitsFrom(@Nullable SocketAddress client) {
    return !(client instanceof InetSocketAddress inet)
        || (inet.getAddress() != null && inet.getAddress().isLoopbackAddress());
  }

  @Override
  public CompletionStage<Verification> authenticate(Credentials credentials) {
    return CompletableFuture.completedFuture(new Verification.Verified(ANYONE));
  }

  @Override
  public CompletionStage<ChannelVerification> authenticateChannel(
      String jwt, String user, String channel) {
    return CompletableFuture.completedFuture(
        new ChannelVerification.Verified(new ChannelPass(channel, null, null)));
  }
}
