package io.polyhub.broker.nats.nodes;

import com.google.protobuf.InvalidProtocolBufferException;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.polyhub.broker.Introduction;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.HeaderNames;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.proto.nodes.v1.Beat;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that share a NATS, by core NATS alone: each lets itself be heard by a beat. Services
 * are called on the thread that takes messages, listeners on a thread of their own.
 *
 * <p>While NATS cannot be reached nobody is taken for dead, for they may be well; questions are
 * then answered at once, as by nobody. When it is back the others get a full period before they are
 * judged, and are reported to the listeners once they are heard, as messages may be lost.
 */
public final class NatsNodes implements Nodes, NatsLink.Listener, AutoCloseable {

  private static final String ANSWER = "answer.";
  private static final Duration GOODBYE_LIMIT = Duration.ofMillis(500);
  private static final Logger log = LoggerFactory.getLogger(NatsNodes.class);

  private final NatsLink link;
  private final Subjects subjects;
  private final String self;
  private final LongSupplier nanos;
  private final NodesMetrics metrics;
  private final Heartbeat heartbeat;
  private final NodeSender sender;
  private final NodeServices services;
  private final NodeQuestions questions;
  private final SilentNodes silence = new SilentNodes();
  private final Introductions introductions = new Introductions();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor timer;
  private volatile boolean closed;

  public NatsNodes(
      NatsLink link,
      Subjects subjects,
      NodesConfig config,
      String self,
      NodesMetrics metrics,
      LongSupplier nanos) {
    this.link = link;
    this.subjects = subjects;
    this.self = self;
    this.nanos = nanos;
    this.metrics = metrics;
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("nats-nodes").factory());
    timer.setRemoveOnCancelPolicy(true);
    sender = new NodeSender(link, self, metrics);
    services = new NodeServices(sender, metrics);
    questions =
        new NodeQuestions(
            subjects.nodePrefix(self) + ANSWER,
            config.answerLimit(),
            sender,
            silence,
            timer,
            metrics,
            nanos);
    heartbeat = new Heartbeat(link, config, self, this::beat, new Changes(), metrics, nanos);
    metrics.watch(() -> live().size(), questions::size);
    metrics.watchDifferences(introductions::withOtherRules, introductions::ofOtherLevel);
    metrics.watchSilent(silence::size);
    link.listen(this);
  }

  /** Begins to be heard, as soon as there is a connection. */
  public void start() {
    long millis = heartbeat.lookInterval().toMillis();
    var _ = timer.scheduleWithFixedDelay(heartbeat::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  // Being heard

  @Override
  public void onConnected(Connection connection) {
    Dispatcher dispatcher = connection.createDispatcher(message -> take(connection, message));
    dispatcher.subscribe(subjects.beat());
    dispatcher.subscribe(subjects.allNodesPrefix() + "*");
    dispatcher.subscribe(subjects.nodePrefix(self) + ">");
    onTimer(() -> heartbeat.connected(connection));
  }

  private void beat(Beat.Builder beat) {
    introductions.addOwn(beat);
    sender.send(subjects.beat(), null, beat.build().toByteArray());
  }

  // Hearing others

  private final class Changes implements Heartbeat.Listener {

    @Override
    public void onHeard(String node, Beat beat) {
      silence.heard(node, nanos.getAsLong());
      introductions.heard(node, beat);
    }

    @Override
    public void onAlive(String node) {
      tellListeners(listener -> listener.onNode(node));
    }

    @Override
    public void onGone(String node) {
      introductions.gone(node);
      silence.gone(node);
      questions.gone(node);
      tellListeners(listener -> listener.onNodeGone(node));
    }
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
        onTimer(() -> heartbeat.heard(over, beat));
        return;
      }
      Headers headers = message.getHeaders();
      String node = headers == null ? null : headers.getFirst(HeaderNames.NODE);
      if (headers == null || node == null) {
        return;
      }
      if (live().contains(node)) {
        silence.heard(node, nanos.getAsLong());
      }
      String own = subjects.nodePrefix(self);
      if (!subject.startsWith(own)) {
        services.call(node, subject.substring(subjects.allNodesPrefix().length()), message);
      } else if (subject.startsWith(ANSWER, own.length())) {
        boolean none = headers.containsKey(NodeSender.NONE_HEADER);
        questions.answered(
            subject.substring(own.length() + ANSWER.length()),
            node,
            none ? null : message.getData());
      } else {
        services.call(node, subject.substring(own.length()), message);
      }
    } catch (InvalidProtocolBufferException | RuntimeException broken) {
      metrics.damaged();
      log.warn("A message of another node could not be taken", broken);
    }
  }

  // Nodes

  @Override
  public String self() {
    return self;
  }

  @Override
  public Set<String> live() {
    return heartbeat.live();
  }

  @Override
  public boolean isSettled() {
    return heartbeat.isSettled();
  }

  @Override
  public Duration cutOff() {
    return heartbeat.cutOff();
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
    services.serve(topic, service);
  }

  @Override
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  @Override
  public void tell(String topic, byte[] message) {
    check(message);
    if (live().size() > 1) {
      sender.send(subjects.allNodes(topic), null, message);
    }
  }

  @Override
  public void tell(String node, String topic, byte[] message) {
    check(message);
    if (isOther(node)) {
      sender.send(subjects.node(node, topic), null, message);
    }
  }

  @Override
  public CompletionStage<Answers> ask(String topic, byte[] question) {
    Set<String> others = new HashSet<>(live());
    others.remove(self);
    check(question);
    return questions.ask(others, subjects.allNodes(topic), question, this::live);
  }

  @Override
  public CompletionStage<Answers> ask(String node, String topic, byte[] question) {
    check(question);
    return questions.ask(
        isOther(node) ? Set.of(node) : Set.of(), subjects.node(node, topic), question, this::live);
  }

  private boolean isOther(String node) {
    return !node.equals(self) && live().contains(node);
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
      if (sender.send(subjects.beat(), null, goodbye)) {
        link.connection().flush(GOODBYE_LIMIT);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (UnavailableException | java.util.concurrent.TimeoutException unheard) {
      log.debug("The goodbye may not be heard", unheard);
    }
    questions.close();
  }
}
