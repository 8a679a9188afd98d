package io.polyhub.hub;

import io.polyhub.broker.Nodes;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import io.polyhub.hub.ShareView.Before;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shares of this node, and what it and other nodes tell each other of them. Safe for any
 * thread; nothing here blocks.
 */
final class Shares implements Nodes.Listener {

  private static final String TOPIC = "shares";

  private final HubNode hub;
  private final Nodes nodes;
  private final SharePlaces places;
  private final Map<Key, Share> shares = new ConcurrentHashMap<>();

  /** How far other nodes are, as they told last: node, then share. Only of shares of this node. */
  private final Map<String, Map<Key, Cursor>> told = new ConcurrentHashMap<>();

  /** What makes subscriptions share: the same name and the same filter. */
  record Key(String name, ChannelFilter filter) {}

  Shares(HubNode hub, Nodes nodes, SharePlaces places) {
    this.hub = hub;
    this.nodes = nodes;
    this.places = places;
    nodes.serve(TOPIC, this::on);
    nodes.listen(this);
    hub.metrics().gauge("polyhub.shares", shares::size);
  }

  String self() {
    return nodes.self();
  }

  SharePlaces places() {
    return places;
  }

  /**
   * Lets a subscription share. The stage gives what the share on this node began with; it never
   * completes exceptionally.
   */
  CompletionStage<Outcome<Subscribed>> join(
      LaneSubscription subscription, SubscribeRequest request, String name) {
    Key key = new Key(name, subscription.filter());
    Share share =
        shares.computeIfAbsent(
            key, absent -> new Share(hub, this, key, (HubLane) hub.ownLane(), self()));
    ShareMember member = new ShareMember(share, subscription, request.outlives());
    subscription.share(member);
    return share
        .join(member, request.start(), request.outlives())
        .thenCompose(joined ->
            joined
                .<CompletionStage<Outcome<Subscribed>>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> join(subscription, request, name)));
  }

  /** The last member is gone. */
  void ended(Share share) {
    shares.remove(share.key(), share);
    told.values().forEach(places -> places.remove(share.key()));
  }

  /**
   * A publication was given back to a share that has ended: whoever comes next reads from there.
   */
  void orphaned(Key key, Publication publication) {
    if (publication.position() == null) {
      return;
    }
    places
        .get(key)
        .thenAccept(found ->
            found.ifPresent(place ->
                places.put(
                    key,
                    new SharePlaces.Place(
                        Share.backTo(place.cursor(), List.of(publication)), place.untilMillis()))));
  }

  // Other nodes

  /** Asks the nodes that have members already; they leave this node its part from now on. */
  CompletionStage<List<Before>> askToJoin(Key key) {
    if (nodes.live().size() == 1) {
      return CompletableFuture.completedFuture(List.of());
    }
    return nodes
        .ask(TOPIC, new ShareMessage.Joins(key).encode())
        .thenApply(answers -> {
          List<Before> others = new ArrayList<>();
          for (byte[] answer : answers.answers()) {
            ShareMessage.decodeBefore(answer).ifPresent(others::add);
          }
          return others;
        });
  }

  void tellThere(Key key) {
    nodes.tell(TOPIC, new ShareMessage.IsThere(key).encode());
  }

  void tellPlace(Key key, Cursor place) {
    nodes.tell(TOPIC, new ShareMessage.IsAt(key, place).encode());
  }

  void tellLeft(Key key, Cursor place) {
    nodes.tell(TOPIC, new ShareMessage.Leaves(key, place).encode());
  }

  private CompletionStage<byte[]> on(String node, byte[] bytes) {
    Optional<ShareMessage> message = ShareMessage.decode(bytes);
    if (message.isEmpty()) {
      // Of a later version, perhaps: no answer, or the asker would take it for "none here".
      return CompletableFuture.failedStage(
          new IllegalArgumentException("message: unknown (expected: one of shares)"));
    }
    Share share = shares.get(message.get().key());
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    if (share == null) {
      answer.complete(ShareMessage.NOTHING);
      return answer;
    }
    share
        .lane()
        .execute(() -> {
          switch (message.get()) {
            case ShareMessage.Joins joins -> {
              Before before = share.comes(node);
              if (before != null) {
                // Until it tells more it has dealt with nothing of what it takes over here.
                told(node, joins.key(), before.cursor());
              }
              answer.complete(
                  before == null ? ShareMessage.NOTHING : ShareMessage.encodeBefore(before));
            }
            case ShareMessage.IsThere there -> share.isThere(node);
            case ShareMessage.IsAt at -> {
              share.isThere(node);
              told(node, at.key(), at.place());
            }
            case ShareMessage.Leaves leaves -> {
              forget(node, leaves.key());
              share.gone(node, leaves.place());
            }
          }
          answer.complete(ShareMessage.NOTHING);
        });
    return answer;
  }

  private void told(String node, Key key, Cursor place) {
    told.computeIfAbsent(node, absent -> new ConcurrentHashMap<>()).put(key, place);
  }

  private Cursor forget(String node, Key key) {
    Map<Key, Cursor> places = told.get(node);
    Cursor place = places == null ? null : places.remove(key);
    return place == null ? Cursor.EMPTY : place;
  }

  @Override
  public void onNode(String node) {
    shares.values().forEach(share -> share.lane().execute(share::tellThere));
  }

  @Override
  public void onNodeGone(String node) {
    for (Share share : shares.values()) {
      share.lane().execute(() -> share.gone(node, forget(node, share.key())));
    }
  }
}
