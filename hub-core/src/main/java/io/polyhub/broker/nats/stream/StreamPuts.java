package io.polyhub.broker.nats.stream;

import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.support.NatsJetStreamConstants;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Stores single messages in streams that keep one for each subject. Thread-safe. The stages
 * complete within the limit of a request, exceptionally with {@link UnavailableException} alone.
 */
public final class StreamPuts {

  /** Another message is on the subject than was expected: of old servers and of new ones. */
  private static final int WRONG_LAST_SEQUENCE = 10071;

  private static final int WRONG_LAST_SEQUENCE_NEW = 10164;

  private final NatsLink link;

  public StreamPuts(NatsLink link) {
    this.link = link;
  }

  /** Stores a message; tells false if the headers expected another one before it. */
  public CompletableFuture<Boolean> put(String subject, Headers headers, byte[] data) {
    return link.request(subject, headers, data).thenCompose(StreamPuts::stored);
  }

  private static CompletableFuture<Boolean> stored(Message answer) {
    try {
      var _ = new PublishAck(answer);
      return CompletableFuture.completedFuture(true);
    } catch (JetStreamApiException e) {
      return e.getApiErrorCode() == WRONG_LAST_SEQUENCE
              || e.getApiErrorCode() == WRONG_LAST_SEQUENCE_NEW
          ? CompletableFuture.completedFuture(false)
          : failed(e);
    } catch (IOException | RuntimeException e) {
      return failed(e);
    }
  }

  private static <T> CompletableFuture<T> failed(Exception e) {
    return CompletableFuture.failedFuture(new UnavailableException(String.valueOf(e.getMessage())));
  }

  /** Headers that let the stream take the message only in place of that one; 0 for none. */
  public static Headers inPlaceOf(long sequence) {
    return new Headers()
        .put(NatsJetStreamConstants.EXPECTED_LAST_SUB_SEQ_HDR, Long.toString(sequence));
  }

  /** Headers that let the stream take the message once, however often it is sent. */
  public static Headers once(String id) {
    return new Headers().put(NatsJetStreamConstants.MSG_ID_HDR, id);
  }
}
