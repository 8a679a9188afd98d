package io.polyhub.broker.nats.read;

import com.google.protobuf.UnsafeByteOperations;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.read.LogLooks.Look;
import io.polyhub.broker.nats.stream.NatsLog;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What every reading needs. Thread-safe.
 *
 * @param clock tells what has expired
 * @param nanoTime tells how long a reading takes
 */
record ReadTools(StreamGets gets, LogLooks looks, InstantSource clock, LongSupplier nanoTime) {

  Instant now() {
    return clock.instant();
  }

  boolean isBefore(long nanos) {
    return nanoTime.getAsLong() - nanos < 0;
  }

  /** Looks at the log and makes sure that it is still of that epoch. Blocks. */
  Look look(NatsLog log, String epoch) throws UnavailableException {
    Look look = StreamGets.await(looks.look(log));
    if (!look.epoch().equals(epoch)) {
      throw new UnavailableException(log + " was made anew");
    }
    return look;
  }

  /** Whether the filter matches the channel that the subject of the log stands for. */
  boolean matches(NatsLog log, ChannelFilter filter, String subject) {
    return subject.startsWith(log.storedPrefix())
        && Subjects.channel(subject.substring(log.storedPrefix().length()))
            .filter(filter::matches)
            .isPresent();
  }

  /** The publication that the message holds, or null if it is not understood. */
  @Nullable Publication decode(StoredMessage message) {
    return EnvelopeCodec.decode(UnsafeByteOperations.unsafeWrap(message.data())).orElse(null);
  }

  Publication placed(Publication publication, String epoch, long sequence) {
    return publication.at(new Position(epoch, sequence));
  }
}
