package io.polyhub.broker.nats.append;

import io.polyhub.broker.Appended;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.KnownKeys;
import io.polyhub.broker.Telling;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.channel.Publication;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Carries publications of channels without history: told on this node on the caller's thread,
 * whatever NATS does, and sent to the other nodes at most once.
 */
public final class UnloggedChannels {

  private static final Appended CARRIED = new Appended.Carried(false);

  private final KnownKeys keys;
  private final Telling telling;
  private final UnloggedSender outgoing;
  private final Subjects subjects;
  private final InstantSource clock;

  public UnloggedChannels(
      KnownKeys keys,
      Telling telling,
      UnloggedSender outgoing,
      Subjects subjects,
      InstantSource clock) {
    this.keys = keys;
    this.telling = telling;
    this.outgoing = outgoing;
    this.subjects = subjects;
    this.clock = clock;
  }

  public Appended carry(Publication publication, @Nullable String key) {
    if (key != null && isKnown(key)) {
      return new Appended.Carried(true);
    }
    telling.onPublication(publication);
    outgoing.send(
        subjects.unloggedPrefix() + Subjects.tokens(publication.channel()),
        EnvelopeCodec.encode(publication, null));
    return CARRIED;
  }

  private boolean isKnown(String key) {
    synchronized (keys) {
      return !keys.addIfNew(key, clock.millis());
    }
  }
}
