package io.polyhub.hub;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rules;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.ChannelPass;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import io.polyhub.micro.Ground;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A publication's way through the hub, from a session to all subscribers' downlinks. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FanOutBenchmark {

  private static final String CHANNEL = "plants/5/heat";

  @Param({"1", "100", "10000"})
  public int subscribers;

  /** What each subscribes to. */
  @Param({CHANNEL, "plants/+/heat"})
  public String filter = CHANNEL;

  private final EmbeddedBroker broker =
      EmbeddedBroker.open(
          EmbeddedConfig.inMemory(), new SimpleMeterRegistry(), InstantSource.system());
  private final HubNode hub =
      HubNode.start(
          broker,
          Rules.of(List.of(Ground.RULE)),
          Limits.STANDARD,
          new Anyone(),
          new SimpleMeterRegistry(),
          InstantSource.system());
  private final Lane lane = hub.ownLane();
  private final AtomicLong delivered = new AtomicLong();
  private final byte[] payload = Ground.publication(CHANNEL).payload();
  private CompletableFuture<Session> publisher = new CompletableFuture<>();
  private long expected;

  @Setup
  public void subscribe() {
    publisher = admit(Downlink.none());
    publisher.join();
    for (int i = 0; i < subscribers; i++) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      Session session = admit(new Counting()).join();
      lane.execute(() ->
          session
              .subscribe(SubscribeRequest.to(filter))
              .thenAccept(outcome -> done.complete(outcome instanceof Outcome.Done)));
      if (!done.join()) {
        throw new IllegalStateException("refused");
      }
    }
  }

  private CompletableFuture<Session> admit(Downlink downlink) {
    CompletableFuture<Session> admitted = new CompletableFuture<>();
    hub.admit(new Hello("micro", new Credentials.None(), null), lane, downlink)
        .thenAccept(outcome -> {
          if (outcome instanceof Outcome.Done<Session>(Session session)) {
            admitted.complete(session);
          } else {
            admitted.completeExceptionally(new IllegalStateException(outcome.toString()));
          }
        });
    return admitted;
  }

  /** One publication, until the last subscriber has it. */
  @Benchmark
  public long publish() {
    Session session = publisher.join();
    lane.execute(() -> {
      var _ = session.publish(PublishRequest.of(CHANNEL, payload));
    });
    expected += subscribers;
    while (delivered.get() < expected) {
      Thread.onSpinWait();
    }
    return expected;
  }

  @TearDown
  public void close() {
    hub.close();
    broker.close();
  }

  /** Takes everything. */
  private final class Counting implements Downlink {

    @Override
    public Offer deliver(Subscription subscription, Publication publication, Source source) {
      delivered.setPlain(delivered.getPlain() + 1);
      return Offer.TAKEN;
    }

    @Override
    public void flush() {
      delivered.setRelease(delivered.getPlain());
    }

    @Override
    public void joined(Subscription subscription, String channel, Member member) {}

    @Override
    public void left(Subscription subscription, String channel, Member member) {}

    @Override
    public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {}

    @Override
    public Direct message(byte[] message) {
      return Direct.NOT_POSSIBLE;
    }

    @Override
    public boolean askForCredentials() {
      return false;
    }

    @Override
    public void close(CloseReason reason) {}
  }

  /** Admits everyone as nobody in particular. */
  private static final class Anyone implements Authenticator {

    @Override
    public boolean admitsFrom(@Nullable SocketAddress client) {
      return true;
    }

    @Override
    public CompletionStage<Verification> authenticate(Credentials credentials) {
      return CompletableFuture.completedFuture(
          new Verification.Verified(new Identity("", List.of(), null, null, List.of())));
    }

    @Override
    public CompletionStage<ChannelVerification> authenticateChannel(
        String jwt, String user, String channel) {
      return CompletableFuture.completedFuture(
          new ChannelVerification.Verified(new ChannelPass(channel, null, null)));
    }
  }
}
