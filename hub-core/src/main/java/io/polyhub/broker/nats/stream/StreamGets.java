package io.polyhub.broker.nats.stream;

import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.MessageGetRequest;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamInfoOptions;
import io.nats.client.impl.Headers;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Gets messages of streams. Thread-safe.
 *
 * <p>The stages complete within the limit of a request, on a thread that is not to be held;
 * exceptionally with {@link UnavailableException} alone.
 */
public final class StreamGets {

  /** Who answers. */
  public enum From {
    /** Any server that holds the stream; one may not have the newest messages yet. */
    ANY,
    /** The stream's leader, which has all that was ever acknowledged. */
    LEADER
  }

  private static final String API = "$JS.API.";
  private static final int NO_SUCH_MESSAGE = 10037;
  private static final int NOT_FOUND = 404;
  private static final int MOST_BYTES = 64 << 20;

  /** The most questions for messages further on that all readers have on their way. */
  private static final int MOST_AHEAD = 256;

  private static final byte[] NOTHING = {};

  private final NatsLink link;
  private final @Nullable BatchGets batches;
  private final Runnable onAsked;
  private final Semaphore ahead = new Semaphore(MOST_AHEAD);

  /**
   * Begins.
   *
   * @param batches gets many at a time; null if only single ones are wanted
   * @param onAsked is called for each question to a stream
   */
  public StreamGets(NatsLink link, @Nullable BatchGets batches, Runnable onAsked) {
    this.link = link;
    this.batches = batches;
    this.onAsked = onAsked;
  }

  /** The limit of one request. */
  public Duration requestTimeout() {
    return link.requestTimeout();
  }

  /** The first message at or past that sequence on subjects that the pattern matches. */
  public CompletableFuture<Optional<StoredMessage>> next(
      String stream, String pattern, long sequence, From from) {
    return get(stream, MessageGetRequest.nextForSubject(Math.max(1, sequence), pattern), from);
  }

  /** The last message on the subject. */
  public CompletableFuture<Optional<StoredMessage>> last(String stream, String subject, From from) {
    return get(stream, MessageGetRequest.lastForSubject(subject), from);
  }

  /**
   * Who is asked for what a log holds, message after message. Servers before 2.11 that hold a
   * stream together do not always hold the same: one that catches up answers before it has done so,
   * and its sequences may be off by some for a while. Only the leader is believed then.
   */
  public From reading(NatsLog log) {
    return log.replicas() == 1 || getsMany() ? From.ANY : From.LEADER;
  }

  /** Whether {@link #nextMany} may bring more than one message. */
  public boolean getsMany() {
    return batches != null && batches.isPossible();
  }

  /**
   * The first messages at or past that sequence on subjects that the pattern matches, from any
   * server that holds the stream. Only where it {@link #getsMany}.
   *
   * @param most how many at most
   * @param mostBytes after so many bytes there are no more; at least one message
   */
  public CompletableFuture<BatchGets.Batch> nextMany(
      String stream, String pattern, long sequence, int most, long mostBytes) {
    if (batches == null) {
      return CompletableFuture.failedFuture(new UnavailableException("no batches"));
    }
    onAsked.run();
    String one = MessageGetRequest.nextForSubject(Math.max(1, sequence), pattern).toJson();
    String question =
        "%s,\"batch\":%d,\"max_bytes\":%d}"
            .formatted(
                one.substring(0, one.lastIndexOf('}')), most, Math.min(mostBytes, MOST_BYTES));
    return batches.ask(API + "DIRECT.GET." + stream, question.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Permission to ask more than one question at a time, shared by all readers, so that they do not
   * ask more than a server answers in time.
   *
   * @param wanted how many more than one
   * @return how many of them; to be given back by {@link #askedAhead}
   */
  public int mayAskAhead(int wanted) {
    int granted = 0;
    while (granted < wanted && ahead.tryAcquire()) {
      granted++;
    }
    return granted;
  }

  /** So many more than one were answered, or are waited for no more. */
  public void askedAhead(int granted) {
    ahead.release(granted);
  }

  private CompletableFuture<Optional<StoredMessage>> get(
      String stream, MessageGetRequest request, From from) {
    onAsked.run();
    boolean direct = from == From.ANY;
    String subject = API + (direct ? "DIRECT.GET." : "STREAM.MSG.GET.") + stream;
    byte[] body = request.toJson().getBytes(StandardCharsets.UTF_8);
    return link.request(subject, null, body)
        .thenCompose(answer -> settled(() -> direct ? direct(answer) : fromLeader(stream, answer)));
  }

  private static Optional<StoredMessage> direct(Message answer) throws UnavailableException {
    if (answer.isStatusMessage()) {
      if (answer.getStatus().getCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw new UnavailableException(answer.getStatus().getMessageWithCode());
    }
    return Optional.of(stored(answer));
  }

  /** What a server that holds the stream answered with. */
  static StoredMessage stored(Message answer) throws UnavailableException {
    Headers headers = answer.getHeaders();
    String subject = headers == null ? null : headers.getFirst("Nats-Subject");
    String sequence = headers == null ? null : headers.getFirst("Nats-Sequence");
    if (subject == null || sequence == null) {
      throw new UnavailableException("an answer without a place");
    }
    return new StoredMessage(subject, Long.parseLong(sequence), bytes(answer.getData()), headers);
  }

  private static Optional<StoredMessage> fromLeader(String stream, Message answer)
      throws UnavailableException {
    MessageInfo info = new MessageInfo(answer, stream, false);
    if (info.hasError()) {
      if (info.getApiErrorCode() == NO_SUCH_MESSAGE) {
        return Optional.empty();
      }
      throw new UnavailableException(String.valueOf(info.getError()));
    }
    String subject = info.getSubject();
    if (subject == null) {
      throw new UnavailableException("an answer without a place");
    }
    return Optional.of(
        new StoredMessage(subject, info.getSeq(), bytes(info.getData()), info.getHeaders()));
  }

  private static byte[] bytes(byte @Nullable [] data) {
    return data == null ? NOTHING : data;
  }

  /** What the stream's leader says of it. */
  public CompletableFuture<StreamInfo> info(String stream) {
    onAsked.run();
    return link.request(API + "STREAM.INFO." + stream, null, NOTHING)
        .thenCompose(answer ->
            settled(() -> {
              StreamInfo info = new StreamInfo(answer);
              if (info.hasError()) {
                throw new UnavailableException(String.valueOf(info.getError()));
              }
              return info;
            }));
  }

  /**
   * How many messages the stream holds on each subject that the patterns match. Blocks; what it
   * costs the server grows with all subjects of the stream.
   */
  public Map<String, Long> counts(String stream, List<String> patterns)
      throws UnavailableException {
    Map<String, Long> counts = new HashMap<>();
    for (String pattern : patterns) {
      onAsked.run();
      try {
        StreamInfo info =
            link.management().getStreamInfo(stream, StreamInfoOptions.filterSubjects(pattern));
        counts.putAll(info.getStreamState().getSubjectMap());
      } catch (JetStreamApiException | IOException | IllegalStateException e) {
        throw new UnavailableException(stream + ": " + e.getMessage());
      }
    }
    return counts;
  }

  /** The one kind of failure that callers are told. */
  public static UnavailableException unavailable(Throwable failure) {
    if (failure instanceof UnavailableException known) {
      return known;
    }
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null
        ? unavailable(cause)
        : new UnavailableException(failure.toString());
  }

  /** Waits for the stage. */
  public static <T> T await(CompletableFuture<T> stage) throws UnavailableException {
    try {
      return stage.get();
    } catch (ExecutionException failed) {
      throw unavailable(stage.exceptionNow());
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("closing");
    }
  }

  /** Says what an answer means, or that it cannot be known. */
  private interface Reading<T> {
    T read() throws UnavailableException;
  }

  private static <T> CompletableFuture<T> settled(Reading<T> reading) {
    try {
      return CompletableFuture.completedFuture(reading.read());
    } catch (UnavailableException e) {
      return CompletableFuture.failedFuture(e);
    } catch (RuntimeException notUnderstood) {
      return CompletableFuture.failedFuture(
          new UnavailableException("an answer that is not understood: " + notUnderstood));
    }
  }
}
