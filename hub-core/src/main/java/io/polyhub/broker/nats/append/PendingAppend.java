package io.polyhub.broker.nats.append;

import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.polyhub.broker.Appended;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One publication on its way into a log. Its appender guards what is not final. */
final class PendingAppend {

  final String channel;
  final String subject;
  final Headers headers;
  final byte[] body;
  final long refusedAtNanos;
  final CompletableFuture<Appended> outcome = new CompletableFuture<>();

  /** Its place among all that were sent. */
  long order;

  /** How often it was sent. */
  int tries;

  /** What waits for the answer to its last try. */
  @Nullable CompletableFuture<Message> asked;

  /** When its last try is given up. */
  long givenUpAtNanos;

  /** Whether its last try failed, so that it is not known whether it was stored. */
  boolean failed;

  PendingAppend(String channel, String subject, Headers headers, byte[] body, long refusedAtNanos) {
    this.channel = channel;
    this.subject = subject;
    this.headers = headers;
    this.body = body;
    this.refusedAtNanos = refusedAtNanos;
  }
}
