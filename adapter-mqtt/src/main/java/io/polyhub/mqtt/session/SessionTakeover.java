package io.polyhub.mqtt.session;

import io.polyhub.channel.Cursor;
import io.polyhub.mqtt.packet.MqttReasonCode;
import io.polyhub.mqtt.session.ClientSessions.Registration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives each session to one connection at a time: a connection that has it, here or on another
 * node, is ended first. A session is looked after by the node where its client was last; another
 * one that the client comes to asks for it ({@link SessionHandover}). Thread-safe; nothing here
 * blocks.
 */
public final class SessionTakeover implements SessionHandover.Giver {

  private final ClientSessions sessions;
  private final SessionHandover handover;
  private final SessionStore store;
  private final Wills wills;
  private final InstantSource clock;
  private final UnaryOperator<Cursor> renewed;

  /**
   * Prepares it, and answers other nodes from now on.
   *
   * @param renewed returns what a place of an earlier run is now; see {@link
   *     io.polyhub.hub.Hub#renewed}
   */
  public static SessionTakeover start(
      ClientSessions sessions,
      SessionHandover handover,
      SessionStore store,
      Wills wills,
      InstantSource clock,
      UnaryOperator<Cursor> renewed) {
    SessionTakeover takeover =
        new SessionTakeover(sessions, handover, store, wills, clock, renewed);
    handover.serve(takeover);
    return takeover;
  }

  private SessionTakeover(
      ClientSessions sessions,
      SessionHandover handover,
      SessionStore store,
      Wills wills,
      InstantSource clock,
      UnaryOperator<Cursor> renewed) {
    this.sessions = sessions;
    this.handover = handover;
    this.store = store;
    this.wills = wills;
    this.clock = clock;
    this.renewed = renewed;
  }

  /**
   * What a connection asks for.
   *
   * @param key names the session
   * @param by the connection
   * @param cleanStart whether to end what is there and to start a new one
   * @param expirySeconds how long the session is to outlive the connection; 0 for not at all
   */
  public record Claim(String key, SessionOwner by, boolean cleanStart, long expirySeconds) {}

  /** Gives a session to the connection that claims it, once no other one has it. */
  public CompletionStage<Attachment> attach(Claim claim) {
    wills.arrived(claim.key);
    return handover.ask(claim.key, claim.cleanStart).thenCompose(given -> attach(claim, given));
  }

  /**
   * Looks among the sessions of this node first.
   *
   * @param given what another node had of the session
   */
  private CompletionStage<Attachment> attach(Claim claim, Optional<StoredSession> given) {
    while (true) {
      ClientSession found = sessions.get(claim.key);
      if (found == null) {
        return find(claim, given);
      }
      @Nullable StoredWill will;
      CompletionStage<Attachment> attached;
      synchronized (found) {
        if (found.gone) {
          continue;
        }
        if (found.owner != null) {
          return found.endOwner().thenCompose(free -> attach(claim, given));
        }
        will = found.will;
        found.will = null;
        sessions.freeMemory(found);
        attached =
            claim.cleanStart
                ? CompletableFuture.completedFuture(renew(found, claim))
                : resume(found, claim);
      }
      settle(will, claim.cleanStart);
      return attached;
    }
  }

  /** A will that waited is due if its session has ended, and void if its client is back. */
  private void settle(@Nullable StoredWill will, boolean ended) {
    if (will == null) {
      return;
    }
    if (ended) {
      wills.publish(will);
    } else {
      wills.forget(will.id());
    }
  }

  /** Looks for a session that this node does not look after; if there is none, makes a new one. */
  private CompletionStage<Attachment> find(Claim claim, Optional<StoredSession> given) {
    if (given.isPresent() || handover.knowsAll()) {
      return make(claim, given);
    }
    return store
        .get(claim.key)
        .handle((stored, failure) -> {
          if (failure == null) {
            return make(claim, stored);
          }
          return claim.cleanStart && claim.expirySeconds == 0
              ? make(claim, Optional.empty())
              : completed(new Attachment.Refused(MqttReasonCode.SERVER_UNAVAILABLE));
        })
        .thenCompose(made -> made);
  }

  private CompletionStage<Attachment> make(Claim claim, Optional<StoredSession> found) {
    boolean present =
        !claim.cleanStart && found.isPresent() && !found.get().isOverAt(clock.millis());
    if (!present && claim.expirySeconds == 0) {
      if (found.isPresent()) {
        store.remove(claim.key);
      }
      return completed(new Attachment.Attached(null, new SessionData(), false));
    }
    ClientSession session = new ClientSession(claim.key);
    SessionData data = present ? read(found.get()) : new SessionData();
    session.owner = claim.by;
    session.data = data;
    session.expirySeconds = claim.expirySeconds;
    session.detachedAtMillis = clock.millis();
    Registration registration = sessions.register(session);
    return switch (registration) {
      case DONE -> begin(session, claim.by, data, present);
      case ALREADY_THERE -> attach(claim, found);
      case FULL -> completed(new Attachment.Refused(MqttReasonCode.QUOTA_EXCEEDED));
    };
  }

  private static CompletionStage<Attachment> completed(Attachment attachment) {
    return CompletableFuture.completedFuture(attachment);
  }

  /** Its places may be of an earlier run of the process. */
  private SessionData read(StoredSession stored) {
    return SessionData.restored(stored.renewed(renewed));
  }

  /** A clean start: what is there ends, and the client has a new session. */
  private Attachment renew(ClientSession session, Claim claim) {
    SessionData ended = session.data;
    if (ended != null) {
      ended.handBack();
    }
    SessionData data = new SessionData();
    if (claim.expirySeconds == 0) {
      if (sessions.remove(session)) {
        store.remove(session.key);
      }
      return new Attachment.Attached(null, data, false);
    }
    session.owner = claim.by;
    session.data = data;
    session.expirySeconds = claim.expirySeconds;
    return new Attachment.Attached(session, data, false);
  }

  private CompletionStage<Attachment> resume(ClientSession session, Claim claim) {
    session.owner = claim.by;
    session.expirySeconds = claim.expirySeconds;
    SessionData kept = session.data;
    if (kept != null) {
      return begin(session, claim.by, kept, true);
    }
    return store
        .get(session.key)
        .handle((stored, failure) -> {
          if (failure != null) {
            return refused(session, claim.by);
          }
          SessionData data = stored.map(this::read).orElseGet(SessionData::new);
          synchronized (session) {
            session.data = data;
          }
          return begin(session, claim.by, data, stored.isPresent());
        })
        .thenCompose(begun -> begun);
  }

  /**
   * Where the uses of packet identifiers are not stored before they are answered, the record of a
   * session with unreleased publications must say that the client is there again before the client
   * can release one: see {@link PacketIdUses.Stored#afterCrash}.
   */
  private CompletionStage<Attachment> begin(
      ClientSession session, SessionOwner by, SessionData data, boolean present) {
    Attachment attached = new Attachment.Attached(session, data, present);
    if (data.uses().size() == 0 || data.uses().session() != 0) {
      return CompletableFuture.completedFuture(attached);
    }
    return store
        .put(session.key, data.toStored(session.expirySeconds, 0, handover.self()))
        .handle((done, failure) ->
            failure == null ? CompletableFuture.completedFuture(attached) : refused(session, by))
        .thenCompose(begun -> begun);
  }

  /** The session stays as it is stored, for another attempt. */
  private static CompletionStage<Attachment> refused(ClientSession session, SessionOwner by) {
    synchronized (session) {
      session.data = null;
    }
    session.giveBack(by);
    return completed(new Attachment.Refused(MqttReasonCode.SERVER_UNAVAILABLE));
  }

  /** The client has come to another node, whose session it is from now on. */
  @Override
  public CompletionStage<Optional<StoredSession>> handOver(String key, boolean cleanStart) {
    wills.arrived(key);
    ClientSession found = sessions.get(key);
    if (found == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    @Nullable StoredWill will;
    Optional<StoredSession> state = Optional.empty();
    synchronized (found) {
      if (found.owner != null) {
        return found.endOwner().thenCompose(free -> handOver(key, cleanStart));
      }
      SessionData data = found.data;
      if (data != null && !found.gone) {
        state =
            Optional.of(
                data.toStored(found.expirySeconds, found.detachedAtMillis, handover.self()));
      }
      will = found.will;
      var _ = sessions.remove(found);
    }
    settle(will, cleanStart);
    return CompletableFuture.completedFuture(state);
  }
}
