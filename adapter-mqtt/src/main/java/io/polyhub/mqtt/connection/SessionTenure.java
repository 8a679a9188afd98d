package io.polyhub.mqtt.connection;

import io.netty.channel.EventLoop;
import io.polyhub.channel.Publisher;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Session;
import io.polyhub.identity.Identity;
import io.polyhub.mqtt.packet.Packet;
import io.polyhub.mqtt.packet.PublishRequests;
import io.polyhub.mqtt.session.ClientSession;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionOwner;
import io.polyhub.mqtt.session.SessionWriter;
import io.polyhub.mqtt.session.StoredWill;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connection's time with a session: what it stores of it, and what becomes of the session and
 * of the client's will when the connection ends. Confined to the connection's lane.
 */
final class SessionTenure {

  private final MqttDoor door;
  private final SessionOwner owner;
  private final Session session;
  private final SessionData data;
  private final @Nullable ClientSession stored;
  private @Nullable StoredWill will;
  private long expirySeconds;

  /**
   * Starts it.
   *
   * @param stored where the session is registered, or null if it ends with the connection
   * @param expirySeconds how long the session is to outlive the connection
   */
  SessionTenure(
      MqttDoor door,
      SessionOwner owner,
      Session session,
      SessionData data,
      @Nullable ClientSession stored,
      long expirySeconds) {
    this.door = door;
    this.owner = owner;
    this.session = session;
    this.data = data;
    this.stored = stored;
    this.expirySeconds = expirySeconds;
  }

  long expirySeconds() {
    return expirySeconds;
  }

  /** The client has changed at its goodbye how long the session is kept. */
  void expirySeconds(long seconds) {
    expirySeconds = seconds;
    data.outlives(Duration.ofSeconds(seconds));
  }

  /** Returns what stores the session when it is to be saved. */
  SessionWriter writer(EventLoop loop) {
    ClientSession kept = stored;
    return new SessionWriter(
        loop,
        door.saver(loop),
        kept == null ? null : () -> door.expiry.save(kept, data, expirySeconds));
  }

  /**
   * Stores the will, if the client has given one. The stage yields whether it is in force, and
   * never completes exceptionally.
   *
   * @param key names the session
   */
  CompletionStage<Boolean> keep(Packet.@Nullable Will given, String key) {
    if (given == null) {
      return CompletableFuture.completedFuture(true);
    }
    Identity identity = session.identity();
    StoredWill kept =
        new StoredWill(
            door.hub.nodes().self(),
            key,
            given.properties().willDelaySeconds(),
            0,
            new Publisher(identity.user(), session.id(), identity.info()),
            StoredWill.once(PublishRequests.request(given), session.id()));
    will = kept;
    if (stored == null || delaySeconds(kept) == 0) {
      return door.wills.keep(kept.delayed(0));
    }
    // Only as long as there is the session may the will wait, so that is stored first.
    return door.expiry
        .save(stored, data, expirySeconds)
        .thenCompose(saved -> door.wills.keep(kept.delayed(delaySeconds(kept))));
  }

  private long delaySeconds(StoredWill given) {
    long max = door.limits.wills().willDelayMax().toSeconds();
    return Math.min(given.delaySeconds(), Math.min(expirySeconds, max));
  }

  /** The client has said an orderly goodbye: its will is void (MQTT-3.1.2-10). */
  void forgetWill() {
    StoredWill forgotten = will;
    if (forgotten != null) {
      will = null;
      door.wills.forget(forgotten.id());
    }
  }

  /** The connection is over: ends the hub's session, gives back our own, sees to the will. */
  void end(CloseReason reason) {
    session.close(reason);
    data.detach();
    if (expirySeconds == 0) {
      data.handBack();
    }
    StoredWill last = will;
    will = null;
    if (last != null && !session.mayPublish(last.request().channel())) {
      door.wills.forget(last.id());
      last = null;
    }
    long delay = last == null || stored == null ? 0 : delaySeconds(last);
    long grace = reason == CloseReason.SHUTDOWN ? door.limits.wills().willGrace().toSeconds() : 0;
    boolean withSession = stored != null && expirySeconds >= grace;
    if (withSession) {
      delay = Math.max(delay, last == null ? 0 : grace);
    }
    @Nullable StoredWill waiting = null;
    if (last != null && delay > 0) {
      waiting = last.waiting(last.node(), door.nowMillis() + delay * 1000);
      door.wills.keepWaiting(waiting);
    }
    if (stored != null) {
      door.expiry.detach(stored, owner, data, expirySeconds, waiting);
    }
    if (last == null || waiting != null) {
      return;
    }
    if (grace > 0) {
      // Its client is to come back, here or to another node; both specifications allow to wait for
      // that when a server goes down (section 3.1.2.5).
      door.wills.defer(last.delayed(0).waiting(last.node(), door.nowMillis() + grace * 1000));
    } else {
      door.wills.publish(last);
    }
  }
}
