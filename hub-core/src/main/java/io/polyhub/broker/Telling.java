package io.polyhub.broker;

import io.polyhub.broker.Broker.Listener;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the listener of a broker, and goes on if it breaks its promise not to throw. Safe for any
 * thread.
 */
public final class Telling implements Listener {

  private static final Logger log = LoggerFactory.getLogger(Telling.class);

  private volatile @Nullable Listener listener;

  /** Calls that listener from now on. Once. */
  public void begin(Listener begun) {
    if (listener != null) {
      throw new IllegalStateException("start: a second time (expected: once)");
    }
    listener = begun;
  }

  private void tell(Consumer<Listener> what) {
    Listener told = listener;
    if (told == null) {
      throw new IllegalStateException("broker: not started (expected: start first)");
    }
    try {
      what.accept(told);
    } catch (RuntimeException broken) {
      log.error("The listener of the broker failed", broken);
    }
  }

  @Override
  public void onPublication(Publication publication) {
    tell(each -> each.onPublication(publication));
  }

  @Override
  public void onJoin(String channel, Member member) {
    tell(each -> each.onJoin(channel, member));
  }

  @Override
  public void onLeave(String channel, Member member) {
    tell(each -> each.onLeave(channel, member));
  }

  @Override
  public void onGap(ChannelFilter filter) {
    tell(each -> each.onGap(filter));
  }
}
