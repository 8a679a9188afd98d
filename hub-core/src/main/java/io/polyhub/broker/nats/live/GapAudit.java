package io.polyhub.broker.nats.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.NatsLog.State;
import io.polyhub.broker.nats.stream.StreamWatch;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the channels that this node watches have more in their logs than came, and has
 * those read. Paced, by one thread: after a lost connection, a new leader and the like, and slowly
 * in the background all the time, because what is lost between two servers is reported by nobody.
 */
public final class GapAudit implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GapAudit.class);

  /** How many channels are asked for at a time. */
  private static final int BATCH = 64;

  private static final long BACKGROUND_MILLIS = TimeUnit.MINUTES.toMillis(5);

  /** In the background it goes so much slower. */
  private static final int BACKGROUND_SLOWER = 10;

  /** JetStream's answer where there is no message. */
  private static final int NO_MESSAGE = 10037;

  private static final JsonFactory JSON = new JsonFactory();

  private final int perSecond;
  private final NatsLink link;
  private final LogStreams logs;
  private final StreamWatch streams;
  private final LiveSubscriptions subscriptions;
  private final LiveFeed feed;
  private final LiveMetrics metrics;
  private final RandomGenerator chance;
  private final Thread thread;

  /** The logs in which something may be missing. Guarded by this. */
  private final Set<NatsLog> asked = new LinkedHashSet<>();

  public GapAudit(
      LiveLimits limits,
      NatsLink link,
      LogStreams logs,
      StreamWatch streams,
      LiveSubscriptions subscriptions,
      LiveFeed feed,
      LiveMetrics metrics,
      RandomGenerator chance) {
    perSecond = limits.auditPerSecond();
    this.link = link;
    this.logs = logs;
    this.streams = streams;
    this.subscriptions = subscriptions;
    this.feed = feed;
    this.metrics = metrics;
    this.chance = chance;
    thread = Thread.ofPlatform().daemon().name("nats-audit").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Something of the log may not have come. */
  public synchronized void ask(NatsLog of) {
    asked.add(of);
    notifyAll();
  }

  private void run() {
    try {
      while (true) {
        List<NatsLog> hurried = next();
        for (NatsLog each : hurried.isEmpty() ? logs.all() : hurried) {
          try {
            audit(each, hurried.isEmpty() ? Math.max(1, perSecond / BACKGROUND_SLOWER) : perSecond);
          } catch (UnavailableException e) {
            log.debug("Log {} cannot be looked through now", each, e);
          } catch (RuntimeException unexpected) {
            log.error("A log could not be looked through", unexpected);
          }
        }
      }
    } catch (InterruptedException closing) {
      log.debug("Closed");
    }
  }

  /** What was asked for; nothing when it is time for the background. */
  private synchronized List<NatsLog> next() throws InterruptedException {
    long until =
        System.nanoTime()
            + TimeUnit.MILLISECONDS.toNanos(
                (long) (BACKGROUND_MILLIS * (0.75 + chance.nextDouble() / 2)));
    while (asked.isEmpty()) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        break;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    List<NatsLog> taken = List.copyOf(asked);
    asked.clear();
    return taken;
  }

  private void audit(NatsLog of, int pace) throws UnavailableException, InterruptedException {
    State state = streams.lookNow(of);
    List<String> channels = subscriptions.channelsIn(of);
    metrics.audit();
    for (int i = 0; i < channels.size(); i += BATCH) {
      long began = System.nanoTime();
      List<String> batch = channels.subList(i, Math.min(channels.size(), i + BATCH));
      boolean all = look(of, state, batch);
      if (!all) {
        // The stream does not answer: once it does, it is asked for again.
        throw new UnavailableException("stream " + of + " does not answer");
      }
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      long due = batch.size() * 1_000L / pace;
      if (due > took) {
        Thread.sleep(due - took);
      }
    }
  }

  private record Asked(String channel, CompletableFuture<Message> answer) {}

  private boolean look(NatsLog of, State state, List<String> channels) throws InterruptedException {
    List<Asked> batch = new ArrayList<>();
    for (String channel : channels) {
      OptionalLong handled = feed.handledUpTo(of, channel);
      if (handled.isPresent() && handled.getAsLong() < state.top()) {
        long from = handled.getAsLong() + 1;
        String subject = of.storedSubject(channel);
        batch.add(
            new Asked(
                channel,
                link.request(
                    "$JS.API.STREAM.MSG.GET." + of.stream(), null, nextOn(subject, from))));
      }
    }
    boolean all = true;
    for (Asked each : batch) {
      try {
        all &= judge(of, state, each, new MessageInfo(each.answer().get(), of.stream(), false));
      } catch (ExecutionException unavailable) {
        all = false;
      }
    }
    return all;
  }

  private boolean judge(NatsLog of, State state, Asked asked, MessageInfo next) {
    boolean none = next.hasError() && next.getApiErrorCode() == NO_MESSAGE;
    if (next.hasError() && !none) {
      return false;
    }
    metrics.audited();
    feed.audited(
        of, asked.channel(), state, none ? OptionalLong.empty() : OptionalLong.of(next.getSeq()));
    return true;
  }

  /** Answered by the stream's leader, which is never behind. */
  private static byte[] nextOn(String subject, long from) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("seq", from);
      json.writeStringField("next_by_subj", subject);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
