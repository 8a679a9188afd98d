package io.polyhub.broker.nats.nodes;

import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;

import com.google.protobuf.InvalidProtocolBufferException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.UnavailableException;
import io.polyhub.proto.nodes.v1.Beat;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that share a NATS, by core NATS alone: each lets itself be heard by a beat. Services
 * are called on the thread that takes messages, listeners on a thread of their own.
 *
 * <p>While NATS cannot be reached nobody is taken for dead, for they may be well; questions are
 * then answered at once, as by nobody. When it is back the others get a full period before they are
 * judged, and are told to the listeners once they are heard, as messages may be lost.
 */
public final class NatsNodes implements Nodes, NatsLink.Listener, AutoCloseable {

  /** An answer that is none: the node does not know the topic, or failed. */
  private static final String NONE_HEADER = "Polyhub-None";

  private static final String ANSWER = "answer.";
  private static final Pattern TOPIC = Pattern.compile("[a-z][a-z-]{0,63}");
  private static final Duration GOODBYE_LIMIT = Duration.ofMillis(500);
  private static final Logger log = LoggerFactory.getLogger(NatsNodes.class);

  private final NatsLink link;
  private final Subjects subjects;
  private final NodesConfig config;
  private final String self;
  private final NodesMetrics metrics;
  private final LongSupplier nanos;
  private final Membership membership;
  private final PendingQuestions asks = new PendingQuestions();
  private final SilentNodes silence = new SilentNodes();
  private final Introductions introductions = new Introductions();
  private final Map<String, Service> services = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor timer;
  private volatile Set<String> live;
  private volatile boolean closed;
  private volatile boolean settled;
  private volatile long lookedNanos;

  /** When there last was a connection, by the last look; before the first one, the start. */
  private volatile long connectedNanos;

  // Only on the timer's thread.
  private @Nullable Connection heardOver;
  private long connections;
  private long lastBeatNanos;

  public NatsNodes(
      NatsLink link,
      Subjects subjects,
      NodesConfig config,
      String self,
      NodesMetrics metrics,
      LongSupplier nanos) {
    this.link = link;
    this.subjects = subjects;
    this.config = config;
    this.self = self;
    this.metrics = metrics;
    this.nanos = nanos;
    membership = new Membership(self, config);
    live = membership.live();
    connectedNanos = nanos.getAsLong();
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("nats-nodes").factory());
    timer.setRemoveOnCancelPolicy(true);
    metrics.watch(() -> live.size(), asks::size);
    metrics.watchDifferences(introductions::withOtherRules, introductions::ofOtherLevel);
    metrics.watchSilent(silence::size);
    link.listen(this);
  }

  /** Begins to be heard, as soon as there is a connection. */
  public void start() {
    long look = Math.max(1, config.beat().toMillis() / 8);
    var _ = timer.scheduleWithFixedDelay(this::look, look, look, TimeUnit.MILLISECONDS);
  }

  // Being heard

  @Override
  public void onConnected(Connection connection) {
    Dispatcher dispatcher = connection.createDispatcher(message -> take(connection, message));
    dispatcher.subscribe(subjects.beat());
    dispatcher.subscribe(subjects.allNodesPrefix() + "*");
    dispatcher.subscribe(subjects.nodePrefix(self) + ">");
    onTimer(() -> {
      heardOver = connection;
      settled = false;
      connections++;
      membership.lostTouch(nanos.getAsLong());
      beat(true);
    });
  }

  private void beat(boolean hello) {
    lastBeatNanos = nanos.getAsLong();
    Beat.Builder beat =
        Beat.newBuilder().setNodeId(self).setConnection(connections).setHello(hello);
    introductions.addOwn(beat);
    send(subjects.beat(), null, beat.build().toByteArray());
  }

  // Hearing others

  private void look() {
    try {
      long now = nanos.getAsLong();
      lookedNanos = now;
      if (!link.isCurrent(heardOver)) {
        settled = false;
        membership.cannotHear(now);
        return;
      }
      connectedNanos = now;
      if (now - lastBeatNanos >= config.beat().toNanos()) {
        beat(false);
      }
      for (String node : membership.judge(now)) {
        metrics.fellSilent();
        log.warn("Node {} was not heard for too long and is taken for dead", node);
        gone(node);
      }
      settled = membership.isSettled(now);
    } catch (RuntimeException broken) {
      log.error("Looking after the other nodes failed", broken);
    }
  }

  /**
   * A beat came over a connection. What comes over a new one before we have said hello on it is let
   * pass, for all answer the hello.
   */
  private void heard(Connection over, Beat beat) {
    String node = beat.getNodeId();
    if (!over.equals(heardOver) || node.isEmpty() || node.equals(self)) {
      return;
    }
    if (beat.getGoodbye()) {
      if (membership.remove(node)) {
        metrics.saidGoodbye();
        log.info("Node {} said goodbye", node);
        gone(node);
      }
      return;
    }
    Membership.Heard heard = membership.heard(node, beat.getConnection(), nanos.getAsLong());
    if (heard != Membership.Heard.ONE_TOO_MANY) {
      silence.heard(node, nanos.getAsLong());
      introductions.heard(node, beat);
    }
    switch (heard) {
      case NEW -> {
        log.info("Node {} is here", node);
        come(node);
      }
      case AFTER_A_BREAK -> {
        log.info("Node {} is heard again", node);
        come(node);
      }
      case ONE_TOO_MANY ->
          log.warn("Node {} is one more than {} and is not seen", node, Membership.MAX_NODES);
      case STILL_THERE -> {}
    }
    if (beat.getHello()) {
      beat(false);
    }
  }

  private void come(String node) {
    live = membership.live();
    tellListeners(listener -> listener.onNode(node));
  }

  private void gone(String node) {
    live = membership.live();
    introductions.gone(node);
    silence.gone(node);
    asks.gone(node);
    tellListeners(listener -> listener.onNodeGone(node));
  }

  private void tellListeners(Consumer<Listener> what) {
    for (Listener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException broken) {
        log.error("A listener to nodes failed", broken);
      }
    }
  }

  private void onTimer(Runnable task) {
    try {
      timer.execute(() -> {
        if (!closed) {
          task.run();
        }
      });
    } catch (RejectedExecutionException closing) {
      log.debug("Closed already", closing);
    }
  }

  // Taking messages

  private void take(Connection over, Message message) {
    try {
      String subject = message.getSubject();
      if (subject.equals(subjects.beat())) {
        Beat beat = Beat.parseFrom(message.getData());
        onTimer(() -> heard(over, beat));
        return;
      }
      Headers headers = message.getHeaders();
      String node = headers == null ? null : headers.getFirst(HeaderNames.NODE);
      if (headers == null || node == null) {
        return;
      }
      if (live.contains(node)) {
        silence.heard(node, nanos.getAsLong());
      }
      String own = subjects.nodePrefix(self);
      if (!subject.startsWith(own)) {
        serve(node, subject.substring(subjects.allNodesPrefix().length()), message);
      } else if (subject.startsWith(ANSWER, own.length())) {
        boolean none = headers.containsKey(NONE_HEADER);
        asks.answered(
            subject.substring(own.length() + ANSWER.length()),
            node,
            none ? null : message.getData());
      } else {
        serve(node, subject.substring(own.length()), message);
      }
    } catch (InvalidProtocolBufferException | RuntimeException broken) {
      log.warn("A message of another node could not be taken", broken);
    }
  }

  private void serve(String node, String topic, Message message) {
    Service service = services.get(topic);
    CompletionStage<byte[]> answer =
        service == null
            ? CompletableFuture.failedStage(new IllegalStateException("no service: " + topic))
            : service.on(node, message.getData());
    String replyTo = message.getReplyTo();
    if (replyTo == null) {
      return;
    }
    answer.whenComplete((bytes, failure) -> {
      if (failure == null && bytes.length <= MAX_MESSAGE_BYTES) {
        send(replyTo, null, bytes);
      } else {
        log.debug("A question on {} is not answered", topic, failure);
        send(replyTo, null, new byte[0], NONE_HEADER);
      }
    });
  }

  // Sending

  private boolean send(String subject, @Nullable String replyTo, byte[] data, String... marks) {
    try {
      Headers headers = new Headers().put(HeaderNames.NODE, self);
      for (String mark : marks) {
        headers.put(mark, "1");
      }
      link.connection()
          .publish(
              NatsMessage.builder()
                  .subject(subject)
                  .replyTo(replyTo)
                  .headers(headers)
                  .data(data)
                  .build());
      return true;
    } catch (UnavailableException | IllegalStateException | IllegalArgumentException notNow) {
      metrics.dropped();
      log.debug("A message to other nodes is dropped", notNow);
      return false;
    }
  }

  // Nodes

  @Override
  public String self() {
    return self;
  }

  @Override
  public Set<String> live() {
    return live;
  }

  /** Also not while this node itself was asleep for more than a beat and has not looked since. */
  @Override
  public boolean isSettled() {
    return settled
        && link.isConnected()
        && nanos.getAsLong() - lookedNanos <= config.beat().toNanos();
  }

  @Override
  public Duration cutOff() {
    return link.isConnected()
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, nanos.getAsLong() - connectedNanos));
  }

  @Override
  public void introduce(Supplier<Introduction> self) {
    introductions.own(self);
  }

  @Override
  public Map<String, Introduction> introductions() {
    return introductions.others();
  }

  @Override
  public void serve(String topic, Service service) {
    if (!TOPIC.matcher(topic).matches()) {
      throw new IllegalArgumentException(
          "topic: " + topic + " (expected: lower-case letters and dashes)");
    }
    if (services.putIfAbsent(topic, service) != null) {
      throw new IllegalStateException("topic: " + topic + " (expected: one service)");
    }
  }

  @Override
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public void tell(String topic, byte[] message) {
    check(message);
    if (live.size() > 1) {
      send(subjects.allNodes(topic), null, message);
    }
  }

  @Override
  public void tell(String node, String topic, byte[] message) {
    check(message);
    if (isOther(node)) {
      send(subjects.node(node, topic), null, message);
    }
  }

  @Override
  public CompletionStage<Answers> ask(String topic, byte[] question) {
    Set<String> others = new HashSet<>(live);
    others.remove(self);
    return ask(others, subjects.allNodes(topic), question);
  }

  @Override
  public CompletionStage<Answers> ask(String node, String topic, byte[] question) {
    return ask(isOther(node) ? Set.of(node) : Set.of(), subjects.node(node, topic), question);
  }

  private CompletionStage<Answers> ask(Set<String> nodes, String subject, byte[] question) {
    check(question);
    if (nodes.isEmpty()) {
      return CompletableFuture.completedStage(new Answers(List.of(), true));
    }
    PendingQuestions.Ask ask = closed ? null : asks.begin(nodes, silence.among(nodes));
    if (ask == null) {
      metrics.asked(false);
      return CompletableFuture.completedStage(new Answers(List.of(), false));
    }
    CompletableFuture<Answers> outcome = ask.outcome;
    if (!send(subject, subjects.nodePrefix(self) + ANSWER + ask.id, question)) {
      asks.end(ask);
    } else {
      endInTime(ask);
      asks.keepOnly(ask, live);
    }
    return outcome.whenComplete((answers, never) -> metrics.asked(answers.complete()));
  }

  private void endInTime(PendingQuestions.Ask ask) {
    long asked = nanos.getAsLong();
    Runnable giveUp =
        () -> {
          silence.unanswered(PendingQuestions.unanswered(ask), asked);
          asks.end(ask);
        };
    try {
      ScheduledFuture<?> end =
          timer.schedule(giveUp, config.answerLimit().toNanos(), TimeUnit.NANOSECONDS);
      var _ = ask.outcome.whenComplete((answers, never) -> end.cancel(false));
    } catch (RejectedExecutionException closing) {
      asks.end(ask);
    }
  }

  private boolean isOther(String node) {
    return !node.equals(self) && live.contains(node);
  }

  private static void check(byte[] message) {
    if (message.length > MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "message: " + message.length + " bytes (expected: at most " + MAX_MESSAGE_BYTES + ")");
    }
  }

  /** Says goodbye, and answers what still waits. May block for a bounded time. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    timer.shutdownNow();
    try {
      timer.awaitTermination(GOODBYE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      byte[] goodbye = Beat.newBuilder().setNodeId(self).setGoodbye(true).build().toByteArray();
      if (send(subjects.beat(), null, goodbye)) {
        link.connection().flush(GOODBYE_LIMIT);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (UnavailableException | java.util.concurrent.TimeoutException unheard) {
      log.debug("The goodbye may not be heard", unheard);
    }
    asks.endAll();
  }
}
