package io.polyhub.websocket;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.History;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Session;
import io.polyhub.proto.centrifuge.HistoryRequest;
import io.polyhub.proto.centrifuge.HistoryResult;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.StreamPosition;
import java.util.concurrent.CompletionStage;

/** What a client asks of a channel's history. Only in the session's lane. */
final class CentrifugeHistory {

  private final CentrifugeCommands commands;
  private final CentrifugeDoor protocol;
  private final Session session;
  private final boolean json;

  CentrifugeHistory(
      CentrifugeCommands commands, CentrifugeDoor protocol, Session session, boolean json) {
    this.commands = commands;
    this.protocol = protocol;
    this.session = session;
    this.json = json;
  }

  /** A place to start from is understood only against the log's epoch, which is asked for first. */
  void ask(int id, HistoryRequest request) {
    int most = protocol.config.maxHistoryPublications();
    int limit = request.getLimit() < 0 ? most : Math.min(request.getLimit(), most);
    String channel = request.getChannel();
    if (!request.hasSince()) {
      answer(
          id,
          session.history(
              new io.polyhub.hub.HistoryRequest(channel, limit, null, request.getReverse())));
      return;
    }
    StreamPosition since = request.getSince();
    if (since.getOffset() < 0 || (since.getOffset() == 0 && request.getReverse())) {
      commands.fail(id, CentrifugeError.BAD_REQUEST);
      return;
    }
    commands.await(
        session.history(new io.polyhub.hub.HistoryRequest(channel, 0, null, false)),
        outcome -> {
          switch (outcome) {
            case Outcome.Done<History> top ->
                historySince(id, request, limit, epoch(top.value().top()));
            case Outcome.Refused<History> refused ->
                commands.fail(id, CentrifugeError.of(refused.refusal()));
          }
        });
  }

  private void historySince(int id, HistoryRequest request, int limit, String epoch) {
    StreamPosition since = request.getSince();
    String given = since.getEpoch().isEmpty() ? epoch : since.getEpoch();
    if (epoch.isEmpty() || !Position.isEpoch(given)) {
      commands.fail(id, CentrifugeError.UNRECOVERABLE_POSITION);
      return;
    }
    Cursor start = protocol.hub.renewed(Cursor.of(new Position(given, since.getOffset())));
    if (start.offset(epoch).isEmpty()) {
      commands.fail(id, CentrifugeError.UNRECOVERABLE_POSITION);
      return;
    }
    answer(
        id,
        session.history(
            new io.polyhub.hub.HistoryRequest(
                request.getChannel(), limit, start, request.getReverse())));
  }

  /** A reply has no room to say that something is missing, so damage is an error. */
  private void answer(int id, CompletionStage<Outcome<History>> asked) {
    commands.await(
        asked,
        outcome -> {
          switch (outcome) {
            case Outcome.Done<History>(History history) when history.damaged() ->
                commands.fail(id, CentrifugeError.UNRECOVERABLE_POSITION);
            case Outcome.Done<History>(History history) -> commands.reply(id, reply(history));
            case Outcome.Refused<History> refused ->
                commands.fail(id, CentrifugeError.of(refused.refusal()));
          }
        });
  }

  private static String epoch(Cursor top) {
    return top.positions().isEmpty() ? "" : top.positions().getFirst().epoch();
  }

  private Reply.Builder reply(History history) {
    HistoryResult.Builder result = HistoryResult.newBuilder();
    for (Publication publication : history.publications()) {
      result.addPublications(CentrifugeMessages.stored(publication, json));
    }
    for (Position position : history.top().positions()) {
      result.setEpoch(position.epoch()).setOffset(position.offset());
    }
    return Reply.newBuilder().setHistory(result);
  }
}
