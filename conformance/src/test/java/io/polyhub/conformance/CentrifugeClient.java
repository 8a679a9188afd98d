package io.polyhub.conformance;

import com.google.protobuf.CodedInputStream;
import io.polyhub.channel.Position;
import io.polyhub.hub.Subscribed.Recovery;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.HistoryRequest;
import io.polyhub.proto.centrifuge.PresenceRequest;
import io.polyhub.proto.centrifuge.PublishRequest;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.RefreshRequest;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.centrifuge.UnsubscribeRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The Centrifuge protocol over a bare WebSocket, in both encodings. It can do what the stock
 * clients cannot: begin at any position, and show each code as it came.
 */
final class CentrifugeClient implements DoorClient {

  private static final int REJECT_UNRECOVERABLE = 2;

  private final DoorKind kind;
  private final boolean json;
  private final MessageLine socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Reply>> waiting = new ConcurrentHashMap<>();
  private final Map<String, Feed> feeds = new ConcurrentHashMap<>();

  /** The epoch of each channel that is subscribed to with history. */
  private final Map<String, String> epochs = new ConcurrentHashMap<>();

  private volatile String session = "";

  private CentrifugeClient(DoorKind kind, boolean json, Doors doors) {
    this.kind = kind;
    this.json = json;
    socket =
        kind == DoorKind.HTTP_STREAM_JSON
            ? new RawHttpStream(doors, this::onText)
            : new RawWebSocket(
                doors.centrifuge(),
                json ? "" : "centrifuge-protobuf",
                this::onText,
                this::onBinary);
    var _ = socket.closed().thenAccept(this::lost);
  }

  static CentrifugeClient connect(DoorKind kind, boolean json, Doors doors, String token) {
    CentrifugeClient client = new CentrifugeClient(kind, json, doors);
    try {
      ConnectRequest request = ConnectRequest.newBuilder().setToken(token).build();
      Reply reply = Await.done(client.ask(Command.newBuilder().setConnect(request)));
      client.session = reply.getConnect().getClient();
      return client;
    } catch (Refused refused) {
      client.close();
      throw refused;
    }
  }

  @Override
  public DoorKind kind() {
    return kind;
  }

  /**
   * Connects and tells what came of it.
   *
   * @throws Refused if it is not admitted
   */
  static Reply connecting(Doors doors, ConnectRequest request) {
    CentrifugeClient client = new CentrifugeClient(DoorKind.WEBSOCKET_PROTOBUF, false, doors);
    try {
      return Await.done(client.ask(Command.newBuilder().setConnect(request)));
    } finally {
      client.close();
    }
  }

  /** Asks anything. */
  CompletableFuture<Reply> ask(Command.Builder command) {
    return ask(command, reply -> reply);
  }

  /**
   * Asks.
   *
   * @param then is given the reply before the next one is looked at
   */
  private <T> CompletableFuture<T> ask(Command.Builder command, Function<Reply, T> then) {
    int id = lastId.incrementAndGet();
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    CompletableFuture<T> result = reply.thenApply(CentrifugeClient::granted).thenApply(then);
    waiting.put(id, reply);
    send(command.setId(id).build());
    if (socket.closed().isDone()) {
      lost(socket.closed().join());
    }
    return result;
  }

  private static Reply granted(Reply reply) {
    if (reply.hasError()) {
      throw new Refused(Integer.toString(reply.getError().getCode()));
    }
    return reply;
  }

  private void send(Command command) {
    if (json) {
      socket.send(CentrifugeJson.encode(command));
      return;
    }
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    try {
      command.writeDelimitedTo(frame);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    socket.send(frame.toByteArray());
  }

  private void onText(String frame) {
    CentrifugeJson.decode(frame).forEach(this::onReply);
  }

  private void onBinary(byte[] frame) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(frame);
      while (!in.isAtEnd()) {
        onReply(Reply.parseFrom(in.readByteArray()));
      }
    } catch (IOException notTheProtocol) {
      throw new AssertionError(notTheProtocol);
    }
  }

  private void onReply(Reply reply) {
    if (reply.getId() > 0) {
      CompletableFuture<Reply> asked = waiting.remove(reply.getId());
      if (asked == null) {
        throw new AssertionError("nobody asked " + reply);
      }
      asked.complete(reply);
    } else if (reply.hasPush()) {
      onPush(reply.getPush());
    } else {
      send(Command.getDefaultInstance());
    }
  }

  private void onPush(Push push) {
    Feed feed = feeds.get(push.getChannel());
    if (feed == null) {
      return;
    }
    if (push.hasPub()) {
      var publication = push.getPub();
      String channel =
          publication.getChannel().isEmpty() ? push.getChannel() : publication.getChannel();
      feed.add(received(channel, publication));
    } else if (push.hasJoin()) {
      feed.add(new Feed.Change(true, push.getChannel(), push.getJoin().getInfo().getClient()));
    } else if (push.hasLeave()) {
      feed.add(new Feed.Change(false, push.getChannel(), push.getLeave().getInfo().getClient()));
    } else if (push.hasUnsubscribe()) {
      feeds.remove(push.getChannel(), feed);
      feed.end(Integer.toString(push.getUnsubscribe().getCode()));
    }
  }

  private Received received(String channel, io.polyhub.proto.centrifuge.Publication publication) {
    Message message =
        CentrifugeTags.message(channel, json, publication.getData(), publication.getTagsMap());
    String epoch = epochs.get(channel);
    return new Received(
        message,
        epoch == null || publication.getOffset() == 0 ? "" : epoch + "-" + publication.getOffset());
  }

  private void lost(String code) {
    for (Integer id : List.copyOf(waiting.keySet())) {
      CompletableFuture<Reply> asked = waiting.remove(id);
      if (asked != null) {
        asked.completeExceptionally(new Refused(code));
      }
    }
  }

  @Override
  public CompletableFuture<String> publish(Message message) {
    PublishRequest request =
        PublishRequest.newBuilder()
            .setChannel(message.channel())
            .setData(message.payload())
            .build();
    return ask(Command.newBuilder().setPublish(request)).thenApply(reply -> "");
  }

  @Override
  public String session() {
    return session;
  }

  @Override
  public Feed subscribe(Wish wish) {
    SubscribeRequest.Builder request =
        SubscribeRequest.newBuilder()
            .setChannel(wish.filter())
            .setPositioned(true)
            .setRecoverable(true)
            .setJoinLeave(wish.presenceEvents());
    if (!wish.since().isEmpty()) {
      Position position = Cursors.position(wish.since());
      request.setRecover(true).setEpoch(position.epoch()).setOffset(position.offset());
    }
    if (wish.mustRecover()) {
      request.setFlag(REJECT_UNRECOVERABLE);
    }
    Feed feed = new Feed(wish);
    feeds.put(wish.filter(), feed);
    try {
      Await.done(
          ask(
              Command.newBuilder().setSubscribe(request),
              reply -> begin(feed, reply.getSubscribe())));
      return feed;
    } catch (Refused refused) {
      feeds.remove(wish.filter(), feed);
      throw refused;
    }
  }

  private Feed begin(Feed feed, SubscribeResult result) {
    String channel = feed.wish().filter();
    if (result.getEpoch().isEmpty()) {
      epochs.remove(channel);
    } else {
      epochs.put(channel, result.getEpoch());
    }
    Recovery recovery =
        !result.getWasRecovering()
            ? Recovery.NOT_ASKED
            : result.getRecovered() ? Recovery.RECOVERED : Recovery.UNRECOVERABLE;
    feed.began(
        result.getEpoch().isEmpty() ? "" : result.getEpoch() + "-" + result.getOffset(), recovery);
    result.getPublicationsList().forEach(one -> feed.add(received(channel, one)));
    return feed;
  }

  @Override
  public void unsubscribe(Feed feed) {
    UnsubscribeRequest request =
        UnsubscribeRequest.newBuilder().setChannel(feed.wish().filter()).build();
    Await.done(ask(Command.newBuilder().setUnsubscribe(request)));
    feeds.remove(feed.wish().filter(), feed);
  }

  @Override
  public List<Message> history(String channel, int limit) {
    HistoryRequest request =
        HistoryRequest.newBuilder().setChannel(channel).setLimit(limit).build();
    Reply reply = Await.done(ask(Command.newBuilder().setHistory(request)));
    return reply.getHistory().getPublicationsList().stream()
        .map(one -> CentrifugeTags.message(channel, json, one.getData(), one.getTagsMap()))
        .toList();
  }

  @Override
  public List<Present> presence(String channel) {
    PresenceRequest request = PresenceRequest.newBuilder().setChannel(channel).build();
    Reply reply = Await.done(ask(Command.newBuilder().setPresence(request)));
    List<Present> members = new ArrayList<>();
    reply
        .getPresence()
        .getPresenceMap()
        .forEach((session, info) -> members.add(new Present(session, info.getUser(), "")));
    return members;
  }

  @Override
  public void refresh(String token) {
    RefreshRequest request = RefreshRequest.newBuilder().setToken(token).build();
    Await.done(ask(Command.newBuilder().setRefresh(request)));
  }

  @Override
  public CompletableFuture<String> closed() {
    return socket.closed();
  }

  @Override
  public void close() {
    socket.close();
  }
}
