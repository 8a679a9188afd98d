package io.polyhub.websocket;

import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's subscription, as the protocol sees it: one for each channel, from the moment it is
 * asked for. Only in the session's lane.
 */
final class CentrifugeSubscription {

  private final String channel;
  private final boolean serverSide;
  private @Nullable Subscription inForce;
  private @Nullable String epoch;
  private boolean wild;
  private @Nullable List<Integer> unsubscribes;

  /**
   * Begins with asking.
   *
   * @param serverSide whether the hub subscribed the client by itself
   */
  CentrifugeSubscription(String channel, boolean serverSide) {
    this.channel = channel;
    this.serverSide = serverSide;
  }

  /** The channel or filter, as the client knows it. */
  String channel() {
    return channel;
  }

  boolean serverSide() {
    return serverSide;
  }

  /** The hub's subscription, or null while it is being asked for. */
  @Nullable Subscription inForce() {
    return inForce;
  }

  void granted(Subscribed subscribed) {
    inForce = subscribed.subscription();
    wild = !subscribed.subscription().filter().exact();
    if (isRecoverable(subscribed)) {
      epoch = subscribed.cursor().positions().getFirst().epoch();
    }
  }

  /**
   * Whether the client can resume: there is history, and one epoch and offset say where in it. A
   * filter over several logs would need more.
   */
  static boolean isRecoverable(Subscribed subscribed) {
    return subscribed.history() && subscribed.cursor().positions().size() == 1;
  }

  /** Whether it may get publications of several channels. */
  boolean wild() {
    return wild;
  }

  /** The epoch of the positions that the client is told, or null if it is told none. */
  @Nullable String epoch() {
    return epoch;
  }

  /** Unsubscribing, under that command, waits until subscribing is done. */
  void unsubscribeLater(int commandId) {
    if (unsubscribes == null) {
      unsubscribes = new ArrayList<>(1);
    }
    unsubscribes.add(commandId);
  }

  /** The commands that want it to end. */
  List<Integer> unsubscribes() {
    return unsubscribes == null ? List.of() : unsubscribes;
  }
}
