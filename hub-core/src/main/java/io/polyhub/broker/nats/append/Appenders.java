package io.polyhub.broker.nats.append;

import io.nats.client.Connection;
import io.polyhub.broker.Appended;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.channel.Publication;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One appender for each log. Thread-safe. */
public final class Appenders implements NatsLink.Listener, AutoCloseable {

  private final Map<NatsLog, Appender> byLog = new HashMap<>();

  /**
   * Begins with nothing on its way.
   *
   * @param opening makes a log's appender
   */
  public Appenders(Collection<NatsLog> logs, Function<NatsLog, Appender> opening) {
    for (NatsLog log : logs) {
      byLog.put(log, opening.apply(log));
    }
  }

  /** Appends to that log; see {@link io.polyhub.broker.Broker#append}. */
  public CompletionStage<Appended> append(
      NatsLog log, Publication publication, @Nullable String key) {
    Appender appender = byLog.get(log);
    if (appender == null) {
      throw new IllegalStateException("log: " + log + " (expected: one with an appender)");
    }
    return appender.append(publication, key);
  }

  /** Gives up what waited too long; called every few milliseconds. */
  public void tick() {
    byLog.values().forEach(Appender::tick);
  }

  @Override
  public void onConnected(Connection connection) {
    byLog.values().forEach(Appender::connected);
  }

  @Override
  public void onDisconnected() {
    byLog.values().forEach(Appender::disconnected);
  }

  /** Takes no more, and waits for what was accepted until it is answered. */
  @Override
  public void close() {
    byLog.values().forEach(Appender::close);
  }
}
