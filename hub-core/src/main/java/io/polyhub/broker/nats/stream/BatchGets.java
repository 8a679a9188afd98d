package io.polyhub.broker.nats.stream;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.ServerFitness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gets many messages of a stream with one question, which servers from 2.11 on can answer. Some of
 * them stop by it and are not asked: {@link ServerFitness}. Thread-safe.
 *
 * <p>Whether a server can is known twice: a connection to one that cannot takes no such questions,
 * and an answer that is not marked as part of a batch comes from another one that knows none, which
 * took the question for one for a single message.
 *
 * <p>What waits is bounded by the reads that go on at a time, each with one question, and by what
 * each question allows.
 */
public final class BatchGets implements NatsLink.Listener {

  /**
   * What came of a question.
   *
   * @param messages in the order of the stream, with none left out between two of them
   * @param batched whether a server answered that knows batches; else there is at most one message
   */
  public record Batch(List<StoredMessage> messages, boolean batched) {}

  private static final String PENDING = "Nats-Num-Pending";
  private static final String BEFORE = "Nats-Last-Sequence";
  private static final int END = 204;
  private static final int NOT_FOUND = 404;

  /** Where answers come on one connection. */
  private record Inbox(Connection connection, String prefix) {}

  private final Duration limit;
  private final Map<String, Gathering> waiting = new ConcurrentHashMap<>();
  private final AtomicLong asked = new AtomicLong();
  private volatile @Nullable Inbox inbox;

  public BatchGets(Duration requestTimeout) {
    limit = requestTimeout;
  }

  @Override
  public void onConnected(Connection connection) {
    if (!ServerFitness.hasBatches(connection.getServerInfo())) {
      inbox = null;
      return;
    }
    Dispatcher dispatcher = connection.createDispatcher(this::on);
    dispatcher.setPendingLimits(-1, -1);
    String prefix = connection.createInbox() + ".";
    dispatcher.subscribe(prefix + "*");
    inbox = new Inbox(connection, prefix);
  }

  @Override
  public void onDisconnected() {
    inbox = null;
    waiting.values().forEach(each -> each.fail("not connected"));
  }

  /** Whether the server that is connected knows batches. */
  boolean isPossible() {
    return inbox != null;
  }

  /**
   * Asks. The stage completes within the limit of a request, on a thread that is not to be held;
   * exceptionally with {@link UnavailableException} alone.
   */
  CompletableFuture<Batch> ask(String subject, byte[] question) {
    Inbox on = inbox;
    if (on == null) {
      return CompletableFuture.failedFuture(new UnavailableException("no batches"));
    }
    String reply = on.prefix() + asked.incrementAndGet();
    Gathering gathering = new Gathering();
    waiting.put(reply, gathering);
    var _ =
        gathering
            .answer
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((batch, failure) -> waiting.remove(reply));
    try {
      on.connection().publish(subject, reply, question);
    } catch (IllegalStateException | IllegalArgumentException e) {
      gathering.fail(String.valueOf(e.getMessage()));
    }
    return gathering.answer.exceptionallyCompose(
        failure -> CompletableFuture.failedFuture(StreamGets.unavailable(failure)));
  }

  private void on(Message message) {
    Gathering gathering = waiting.get(message.getSubject());
    if (gathering != null) {
      gathering.on(message);
    }
  }

  /** The answer to one question, while it comes. Only the dispatcher's thread adds to it. */
  private static final class Gathering {
    private final CompletableFuture<Batch> answer = new CompletableFuture<>();
    private final List<StoredMessage> messages = new ArrayList<>();
    private long last;

    void on(Message message) {
      try {
        add(message);
      } catch (UnavailableException | RuntimeException notUnderstood) {
        fail(String.valueOf(notUnderstood.getMessage()));
      }
    }

    private void add(Message message) throws UnavailableException {
      Headers headers = message.getHeaders();
      if (message.isStatusMessage()) {
        switch (message.getStatus().getCode()) {
          case END, NOT_FOUND -> answer.complete(new Batch(messages, true));
          default -> fail(message.getStatus().getMessageWithCode());
        }
        return;
      }
      StoredMessage stored = StreamGets.stored(message);
      if (headers == null || headers.getFirst(PENDING) == null) {
        answer.complete(new Batch(List.of(stored), false));
      } else if (last == Long.parseLong(String.valueOf(headers.getFirst(BEFORE)))) {
        messages.add(stored);
        last = stored.sequence();
      } else {
        fail("a part of an answer was lost");
      }
    }

    void fail(String why) {
      answer.completeExceptionally(new UnavailableException(why));
    }
  }
}
