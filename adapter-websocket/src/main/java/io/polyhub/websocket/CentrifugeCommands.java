package io.polyhub.websocket;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Quality;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Published;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.identity.Credentials;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectResult;
import io.polyhub.proto.centrifuge.HistoryRequest;
import io.polyhub.proto.centrifuge.PresenceResult;
import io.polyhub.proto.centrifuge.PresenceStatsResult;
import io.polyhub.proto.centrifuge.PublishRequest;
import io.polyhub.proto.centrifuge.PublishResult;
import io.polyhub.proto.centrifuge.RefreshRequest;
import io.polyhub.proto.centrifuge.RefreshResult;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubRefreshRequest;
import io.polyhub.proto.centrifuge.SubRefreshResult;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.centrifuge.SubscribeResult;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a connected client asks, turned into what the hub is asked, and its outcomes into replies.
 * Only in the session's lane.
 */
final class CentrifugeCommands {

  private final CentrifugeConnection connection;
  private final CentrifugeDoor protocol;
  private final Session session;
  private final CentrifugeOutput output;
  private final CentrifugeSubscriptions subscriptions;
  private int unanswered;

  CentrifugeCommands(
      CentrifugeConnection connection,
      CentrifugeDoor protocol,
      Session session,
      CentrifugeOutput output) {
    this.connection = connection;
    this.protocol = protocol;
    this.session = session;
    this.output = output;
    subscriptions = new CentrifugeSubscriptions(this, protocol, session, output.codec().json());
  }

  /** How many commands the hub is at work on. */
  int unanswered() {
    return unanswered;
  }

  /** The first request that is set counts, in the schema's order. */
  void dispatch(Command command) {
    int id = command.getId();
    if (command.hasConnect()) {
      close(CentrifugeCloseCode.BAD_REQUEST);
    } else if (command.hasSubscribe()) {
      named(command.getSubscribe().getChannel(), () -> subscribe(id, command.getSubscribe()));
    } else if (command.hasUnsubscribe()) {
      String channel = command.getUnsubscribe().getChannel();
      named(channel, () -> subscriptions.unsubscribe(id, channel));
    } else if (command.hasPublish()) {
      named(command.getPublish().getChannel(), () -> publish(id, command.getPublish()));
    } else if (command.hasPresence()) {
      String channel = command.getPresence().getChannel();
      named(channel, () -> ask(id, session.presence(channel), this::presence));
    } else if (command.hasPresenceStats()) {
      String channel = command.getPresenceStats().getChannel();
      named(channel, () -> ask(id, session.presenceStats(channel), this::presenceStats));
    } else if (command.hasHistory()) {
      named(command.getHistory().getChannel(), () -> history(id, command.getHistory()));
    } else if (command.hasRpc()) {
      fail(id, CentrifugeError.NOT_AVAILABLE);
    } else if (command.hasSend()) {
      close(CentrifugeCloseCode.NOT_AVAILABLE);
    } else if (command.hasRefresh()) {
      refresh(id, command.getRefresh());
    } else if (command.hasSubRefresh()) {
      named(command.getSubRefresh().getChannel(), () -> subRefresh(id, command.getSubRefresh()));
    } else {
      close(CentrifugeCloseCode.BAD_REQUEST);
    }
  }

  private void named(String channel, Runnable then) {
    if (channel.isEmpty()) {
      close(CentrifugeCloseCode.BAD_REQUEST);
    } else {
      then.run();
    }
  }

  // Answering

  /** Asks the hub, and answers with what it gives or why it refuses. */
  <T> void ask(
      int id, CompletionStage<Outcome<T>> asked, Function<? super T, Reply.Builder> answer) {
    await(
        asked,
        outcome -> {
          switch (outcome) {
            case Outcome.Done<T> done -> reply(id, answer.apply(done.value()));
            case Outcome.Refused<T> refused -> fail(id, CentrifugeError.of(refused.refusal()));
          }
        });
  }

  /** Goes on with the hub's outcome, if the client is still there then. */
  <T> void await(CompletionStage<Outcome<T>> asked, Consumer<Outcome<T>> then) {
    unanswered++;
    connection.whenDone(
        asked,
        outcome -> {
          unanswered--;
          if (session.isOpen()) {
            then.accept(outcome);
            connection.pump();
          }
        });
  }

  void reply(int id, Reply.Builder reply) {
    output.send(reply.setId(id).build());
  }

  void push(Reply push) {
    output.send(push);
  }

  void fail(int id, CentrifugeError error) {
    protocol.countError(error);
    output.send(CentrifugeMessages.error(id, error));
  }

  void close(CentrifugeCloseCode code) {
    connection.close(code);
  }

  // Connecting

  /**
   * Subscribes to what the identity names, and, for a client that cannot ask later, to what the
   * request names; then hands over the results or the first refusal.
   *
   * @param resume from where to go on with all of it, or null
   */
  void subscribeAtOnce(
      Map<String, SubscribeRequest> hints,
      @Nullable Cursor resume,
      Consumer<Map<String, SubscribeResult>> done,
      Consumer<Refusal> refused) {
    List<String> channels = session.identity().channels();
    if (protocol.transport.unidirectional()) {
      Set<String> all = new LinkedHashSet<>(channels);
      all.addAll(hints.keySet());
      channels = List.copyOf(all);
    }
    subscriptions.subscribeAtOnce(channels, hints, resume, done, refused);
  }

  /**
   * The answer to connecting.
   *
   * @param secret by which commands come to this connection in other requests; empty if they do not
   */
  Reply connected(int id, Map<String, SubscribeResult> subs, int pingSeconds, String secret) {
    ConnectResult.Builder result =
        ConnectResult.newBuilder()
            .setClient(session.id())
            .setVersion("polyhub")
            .putAllSubs(subs)
            .setPing(pingSeconds)
            .setPong(pingSeconds > 0 && !protocol.transport.unidirectional());
    if (!secret.isEmpty()) {
      result.setSession(secret).setNode(protocol.emulation.node());
    }
    Instant end = session.identity().expiresAt();
    if (end != null) {
      result.setExpires(true).setTtl(ttlSeconds(end));
    }
    return Reply.newBuilder().setId(id).setConnect(result).build();
  }

  private int ttlSeconds(Instant end) {
    return CentrifugeMessages.ttlSeconds(end, protocol.clock.instant());
  }

  // The commands

  private void subscribe(int id, SubscribeRequest request) {
    String delta = request.getDelta();
    if (!delta.isEmpty() && !delta.equals("fossil")) {
      close(CentrifugeCloseCode.BAD_REQUEST);
    } else if (request.getType() != 0) {
      fail(id, CentrifugeError.NOT_AVAILABLE);
    } else if (request.hasTf()) {
      fail(id, CentrifugeError.BAD_REQUEST);
    } else {
      subscriptions.subscribe(id, request);
    }
  }

  private void publish(int id, PublishRequest request) {
    if (request.getType() != 0) {
      fail(id, CentrifugeError.NOT_AVAILABLE);
      return;
    }
    ByteString data = request.getData();
    if (data.isEmpty()) {
      fail(id, CentrifugeError.BAD_REQUEST);
      return;
    }
    var publish =
        new io.polyhub.hub.PublishRequest(
            request.getChannel(),
            data.toByteArray(),
            output.codec().json() ? "application/json" : null,
            List.of(),
            null,
            null,
            null,
            false,
            Quality.ASSURED,
            null,
            null);
    ask(id, session.publish(publish), this::published);
  }

  private Reply.Builder published(Published published) {
    return Reply.newBuilder().setPublish(PublishResult.getDefaultInstance());
  }

  private void history(int id, HistoryRequest request) {
    new CentrifugeHistory(this, protocol, session, output.codec().json()).ask(id, request);
  }

  /** The protocol has no place for how many nodes did not answer. */
  private Reply.Builder presence(PresentMembers present) {
    PresenceResult.Builder result = PresenceResult.newBuilder();
    for (Member member : present.members()) {
      result.putPresence(member.session(), CentrifugeMessages.info(member, output.codec().json()));
    }
    return Reply.newBuilder().setPresence(result);
  }

  private Reply.Builder presenceStats(PresenceStats stats) {
    return Reply.newBuilder()
        .setPresenceStats(
            PresenceStatsResult.newBuilder()
                .setNumClients(stats.sessions())
                .setNumUsers(stats.users()));
  }

  /** An error in the reply would end the client for good, so what a new token can heal closes. */
  private void refresh(int id, RefreshRequest request) {
    String token = request.getToken();
    if (token.isEmpty()) {
      close(CentrifugeCloseCode.BAD_REQUEST);
      return;
    }
    if (token.length() > Credentials.Token.MAX_LENGTH) {
      close(CentrifugeCloseCode.INVALID_TOKEN);
      return;
    }
    Set<String> channels = new HashSet<>(session.identity().channels());
    await(
        session.refresh(new Credentials.Token(token)),
        outcome -> {
          switch (outcome) {
            case Outcome.Done<Session.Expiry> done -> {
              if (!channels.equals(new HashSet<>(session.identity().channels()))) {
                close(CentrifugeCloseCode.INSUFFICIENT_STATE);
              } else {
                reply(id, refreshed(done.value()));
              }
            }
            case Outcome.Refused<Session.Expiry> refused -> {
              switch (refused.refusal()) {
                case CREDENTIALS_EXPIRED -> close(CentrifugeCloseCode.CONNECTION_EXPIRED);
                case UNAUTHENTICATED, PERMISSION_DENIED -> close(CentrifugeCloseCode.INVALID_TOKEN);
                default -> fail(id, CentrifugeError.of(refused.refusal()));
              }
            }
          }
        });
  }

  private Reply.Builder refreshed(Session.Expiry expiry) {
    RefreshResult.Builder result = RefreshResult.newBuilder();
    Instant end = expiry.at();
    if (end != null) {
      result.setExpires(true).setTtl(ttlSeconds(end));
    }
    return Reply.newBuilder().setRefresh(result);
  }

  private void subRefresh(int id, SubRefreshRequest request) {
    if (request.getType() != 0) {
      fail(id, CentrifugeError.NOT_AVAILABLE);
    } else if (request.getToken().isEmpty()
        || request.getToken().length() > Credentials.Token.MAX_LENGTH) {
      fail(id, CentrifugeError.BAD_REQUEST);
    } else {
      subscriptions.refresh(id, request);
    }
  }

  Reply.Builder subRefreshed(Session.Expiry expiry) {
    SubRefreshResult.Builder result = SubRefreshResult.newBuilder();
    Instant end = expiry.at();
    if (end != null) {
      result.setExpires(true).setTtl(ttlSeconds(end));
    }
    return Reply.newBuilder().setSubRefresh(result);
  }

  void ended(CentrifugeSubscription subscription, UnsubscribeReason reason) {
    subscriptions.ended(subscription, reason);
  }
}
