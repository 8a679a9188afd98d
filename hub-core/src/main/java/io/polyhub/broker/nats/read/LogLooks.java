package io.polyhub.broker.nats.read;

import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.stream.CoalescedQuestions;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamWatch;
import io.polyhub.channel.Position;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks the leaders of logs where these begin and end now. Of each log one question is on its way at
 * a time; all who ask meanwhile are answered by the one after it. Thread-safe.
 */
final class LogLooks {

  /**
   * A log, as its leader saw it after the question was asked.
   *
   * @param epoch names its content
   * @param first the first sequence that it holds, or the one after its last if it holds none
   * @param last its last sequence
   * @param messages how many it holds
   * @param subjects on how many subjects
   */
  record Look(String epoch, long first, long last, long messages, long subjects) {

    /** Where the log ends. */
    Position top() {
      return new Position(epoch, last);
    }

    /** Whether some subject may hold more than that. */
    boolean mayHoldMoreThan(long perSubject) {
      return messages - Math.max(0, subjects - 1) > perSubject;
    }
  }

  private final StreamGets gets;
  private final Runnable onDoubt;
  private final CoalescedQuestions<NatsLog, Look> questions = new CoalescedQuestions<>(this::ask);

  /**
   * Begins with no question.
   *
   * @param onDoubt asks to have the streams looked at, because one is not as it is known
   */
  LogLooks(StreamGets gets, Runnable onDoubt) {
    this.gets = gets;
    this.onDoubt = onDoubt;
  }

  /**
   * Looks at the log. Completes within two requests' limits, exceptionally with {@link
   * UnavailableException} alone: also if the log is not what it is known to be.
   */
  CompletableFuture<Look> look(NatsLog log) {
    return questions.ask(log);
  }

  private CompletableFuture<Look> ask(NatsLog log) {
    NatsLog.State before = log.state();
    return gets.info(log.stream()).thenCompose(info -> judge(log, before, info));
  }

  private CompletableFuture<Look> judge(
      NatsLog log, NatsLog.@Nullable State before, StreamInfo info) {
    NatsLog.State known = log.state();
    String epoch = StreamWatch.epoch(log.stream(), info);
    StreamState state = info.getStreamState();
    if (known == null
        || !known.epoch().equals(epoch)
        || (before != null
            && before.epoch().equals(epoch)
            && before.top() > state.getLastSequence())) {
      onDoubt.run();
      return CompletableFuture.failedFuture(
          new UnavailableException(log + " is not the stream that it was"));
    }
    return CompletableFuture.completedFuture(
        new Look(
            epoch,
            state.getFirstSequence(),
            state.getLastSequence(),
            state.getMsgCount(),
            state.getSubjectCount()));
  }
}
