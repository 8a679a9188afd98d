package io.polyhub.broker.embedded;

import io.polyhub.broker.Appended;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.records.Records.UnavailableException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something that waits to be written to the store. */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
sealed interface Change {

  /** What a change without content counts for in the queue. */
  int SMALL = 128;

  /** How many bytes it holds while it waits. */
  default int weight() {
    return SMALL;
  }

  /** Whether it lets go what is stored, so that it may be made while the disk is full. */
  default boolean givesBack() {
    return false;
  }

  /** Lets go who waits for it: it was not made, or it is not known whether it was. */
  default void refuse() {}

  /** A publication to append. */
  record Append(
      Publication publication,
      byte[] envelope,
      Retention retention,
      @Nullable String key,
      CompletableFuture<Appended> done)
      implements Change {

    @Override
    public int weight() {
      return SMALL + envelope.length + publication.weight();
    }

    @Override
    public void refuse() {
      done.complete(new Appended.Unavailable());
    }
  }

  /**
   * A record to put or remove.
   *
   * @param value null to remove it
   */
  record Note(byte[] key, byte @Nullable [] value, CompletableFuture<Void> done) implements Change {

    @Override
    public int weight() {
      return SMALL + key.length + (value == null ? 0 : value.length);
    }

    @Override
    public void refuse() {
      done.completeExceptionally(new UnavailableException("records cannot be written just now"));
    }
  }

  /** A channel that may have passed the bounds of its rule, which is this now. */
  record Trim(String channel, Retention retention) implements Change {

    @Override
    public boolean givesBack() {
      return true;
    }
  }

  /** A channel that has been empty for long. */
  record Forget(String channel) implements Change {

    @Override
    public boolean givesBack() {
      return true;
    }
  }

  /** A last value that has expired, if it is still the one of that offset. */
  record ClearLast(String channel, long offset) implements Change {

    @Override
    public boolean givesBack() {
      return true;
    }
  }
}
