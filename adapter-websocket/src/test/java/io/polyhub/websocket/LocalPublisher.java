package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Hello;
import io.polyhub.hub.Hub;
import io.polyhub.hub.Lane;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client inside the process, which publishes what no Centrifuge client can. */
final class LocalPublisher implements AutoCloseable, Downlink {

  private final Lane lane;
  private final Session session;

  private LocalPublisher(Hub hub) {
    lane = hub.ownLane();
    CompletableFuture<Outcome<Session>> admitted = new CompletableFuture<>();
    lane.execute(() ->
        hub.admit(new Hello("test", new Credentials.None(), null), lane, this)
            .thenAccept(admitted::complete));
    session = value(admitted);
  }

  static LocalPublisher on(Hub hub) {
    return new LocalPublisher(hub);
  }

  void publish(PublishRequest request) {
    CompletableFuture<Outcome<Published>> published = new CompletableFuture<>();
    lane.execute(() -> session.publish(request).thenAccept(published::complete));
    assertThat(value(published)).isNotNull();
  }

  private static <T> T value(CompletableFuture<Outcome<T>> outcome) {
    Outcome<T> got = outcome.orTimeout(10, TimeUnit.SECONDS).join();
    assertThat(got).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<T>) got).value();
  }

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    return Offer.TAKEN;
  }

  @Override
  public void joined(Subscription subscription, String channel, Member member) {}

  @Override
  public void left(Subscription subscription, String channel, Member member) {}

  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {}

  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {}

  @Override
  public void close(CloseReason reason) {}

  @Override
  public void close() {
    lane.execute(() -> session.close(CloseReason.CLIENT_CLOSED));
  }
}
