package io.polyhub.hub;

import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.identity.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client in the same process: the hub's simplest door. It takes as many publications as it is
 * told to, and remembers everything it hears. Its methods may be called by any thread but the
 * lane's.
 */
public final class LocalClient implements Downlink, AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Lane lane;
  private final List<Received> received = new ArrayList<>();
  private final List<String> members = new ArrayList<>();
  private final List<UnsubscribeReason> unsubscribed = new ArrayList<>();
  private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
  private Runnable atDelivery = () -> {};
  private int capacity = Integer.MAX_VALUE;
  private final List<String> messages = new ArrayList<>();
  private int flushes;
  private boolean refreshes;
  private int asked;
  private @Nullable Session session;

  /** A publication as it was delivered. */
  public record Received(Subscription subscription, Publication publication, Source source) {
    public String text() {
      return new String(publication.payload(), StandardCharsets.UTF_8);
    }
  }

  private LocalClient(Lane lane) {
    this.lane = lane;
  }

  /** Comes in without credentials. */
  public static LocalClient admitted(Hub hub) {
    return admitted(hub, new Hello("local", new Credentials.None(), null));
  }

  public static LocalClient admitted(Hub hub, Hello hello) {
    LocalClient client = new LocalClient(hub.ownLane());
    client.session = done(await(hub.admit(hello, client.lane, client)));
    return client;
  }

  /** Comes in without credentials, in another lane than that client's. */
  public static LocalClient admittedBeside(Hub hub, LocalClient other) {
    LocalClient client = admitted(hub);
    while (client.lane.equals(other.lane)) {
      client.close();
      client = admitted(hub);
    }
    return client;
  }

  /** Comes in, or tells why not. */
  public static Outcome<Session> admission(Hub hub, Hello hello) {
    return await(admitting(hub, hello));
  }

  /** Asks to come in. */
  public static CompletionStage<Outcome<Session>> admitting(Hub hub, Hello hello) {
    LocalClient client = new LocalClient(hub.ownLane());
    return hub.admit(hello, client.lane, client);
  }

  public Session session() {
    if (session == null) {
      throw new IllegalStateException("not admitted");
    }
    return session;
  }

  /** Asks the session something in its lane and waits for the answer. */
  public <T> Outcome<T> ask(Function<Session, CompletionStage<Outcome<T>>> question) {
    CompletableFuture<Outcome<T>> answer = new CompletableFuture<>();
    lane.execute(() -> question.apply(session()).thenAccept(answer::complete));
    return await(answer);
  }

  /** Does something with the session in its lane and waits until it is done. */
  public void run(Consumer<Session> task) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    lane.execute(() -> {
      task.accept(session());
      done.complete(true);
    });
    await(done);
  }

  /** Does something in its lane and does not wait for it. */
  public void inBackground(Runnable task) {
    lane.execute(task);
  }

  public Published publish(String channel, String payload) {
    return done(
        ask(own ->
            own.publish(PublishRequest.of(channel, payload.getBytes(StandardCharsets.UTF_8)))));
  }

  public Subscribed subscribe(String filter) {
    return subscribe(SubscribeRequest.to(filter));
  }

  public Subscribed subscribe(SubscribeRequest request) {
    return done(ask(own -> own.subscribe(request)));
  }

  /** The value of an outcome that is expected to be done. */
  public static <T> T done(Outcome<T> outcome) {
    return switch (outcome) {
      case Outcome.Done<T> done -> done.value();
      case Outcome.Refused<T> refused -> throw new AssertionError("refused: " + refused.refusal());
    };
  }

  /** From now on it takes so many publications more, and then is busy. */
  public void takes(int count) {
    run(own -> {
      capacity = count;
      own.ready();
    });
  }

  /** From now on it does that in its lane before each delivery. */
  public void atDelivery(Runnable task) {
    run(own -> atDelivery = task);
  }

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    atDelivery.run();
    return take(subscription, publication, source);
  }

  private synchronized Offer take(
      Subscription subscription, Publication publication, Source source) {
    if (capacity == 0) {
      return Offer.BUSY;
    }
    capacity--;
    received.add(new Received(subscription, publication, source));
    notifyAll();
    return Offer.TAKEN;
  }

  @Override
  public synchronized void joined(Subscription subscription, String channel, Member member) {
    members.add("+" + member.session());
    notifyAll();
  }

  @Override
  public synchronized void left(Subscription subscription, String channel, Member member) {
    members.add("-" + member.session());
    notifyAll();
  }

  @Override
  public synchronized void unsubscribed(Subscription subscription, UnsubscribeReason reason) {
    unsubscribed.add(reason);
    notifyAll();
  }

  @Override
  public synchronized Direct message(byte[] payload) {
    if (capacity == 0) {
      return Direct.BUSY;
    }
    messages.add(new String(payload, StandardCharsets.UTF_8));
    notifyAll();
    return Direct.SENT;
  }

  @Override
  public synchronized boolean askForCredentials() {
    if (refreshes) {
      asked++;
    }
    return refreshes;
  }

  /** From now on it can be asked for new credentials. */
  public synchronized void refreshes() {
    refreshes = true;
  }

  /** How often it was asked for new credentials. */
  public synchronized int asked() {
    return asked;
  }

  /** The messages past all channels, once there are that many. */
  public List<String> messages(int count) {
    await(() -> messages.size() >= count);
    synchronized (this) {
      return List.copyOf(messages);
    }
  }

  @Override
  public synchronized void flush() {
    flushes++;
  }

  @Override
  public void close(CloseReason reason) {
    closed.complete(reason);
  }

  public synchronized List<Received> received() {
    return List.copyOf(received);
  }

  public synchronized int flushes() {
    return flushes;
  }

  /** The payloads received, as text, once there are that many. */
  public List<String> texts(int count) {
    await(() -> received.size() >= count);
    return received().stream().map(Received::text).toList();
  }

  /** The payloads received by one of its subscriptions, as text. */
  public List<String> texts(String filter) {
    return received().stream()
        .filter(one -> one.subscription().filter().text().equals(filter))
        .map(Received::text)
        .toList();
  }

  /** Who came ({@code +}) and went ({@code -}), once so many did. */
  public List<String> members(int count) {
    await(() -> members.size() >= count);
    synchronized (this) {
      return List.copyOf(members);
    }
  }

  public UnsubscribeReason unsubscribed() {
    await(() -> !unsubscribed.isEmpty());
    synchronized (this) {
      return unsubscribed.getFirst();
    }
  }

  /** Why the hub closed it. */
  public CloseReason closedBecause() {
    return await(closed);
  }

  private synchronized void await(BooleanSupplier fact) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("not within " + LIMIT + "; received " + received.size());
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
  }

  /** Waits for a stage, within a limit. */
  public static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Ends it as a client that says goodbye. */
  @Override
  public void close() {
    run(own -> own.close(CloseReason.CLIENT_CLOSED));
  }
}
