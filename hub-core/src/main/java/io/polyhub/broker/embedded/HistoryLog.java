package io.polyhub.broker.embedded;

import io.polyhub.broker.Appended;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One log: many channels under one rising offset. Safe for any thread; nothing blocks. */
interface HistoryLog extends AutoCloseable {

  /** The log's incarnation. */
  String epoch();

  /** Appends as {@link io.polyhub.broker.Broker#append} says. */
  CompletionStage<Appended> append(
      Publication publication, Retention retention, @Nullable String idempotencyKey);

  /** All up to here is readable; all that was told lies before it. */
  Position top();

  /** The place of the channel's last publication. */
  CompletionStage<Position> top(String channel);

  /** Reads a stretch from {@code start} on, or back from it. */
  CompletionStage<Stretch> read(Stretch.Request request);

  /** The last values that this log keeps; see {@link io.polyhub.broker.Broker#lastValues}. */
  CompletionStage<ValuesPage> lastValues(ValuesQuery query);

  /** Whether it can take publications. */
  boolean isReady();

  @Override
  void close();
}
