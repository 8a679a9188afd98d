package io.polyhub.hub.share;

import io.polyhub.broker.Nodes;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.lane.HubLane;
import io.polyhub.hub.lane.OwnLanes;
import io.polyhub.hub.share.ShareView.Before;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The shares of this node, and what it and other nodes tell each other of them. Safe for any
 * thread; nothing here blocks.
 */
public final class Shares implements Nodes.Listener {

  /** How often nodes are asked for what they leave to a share that begins, if one is silent. */
  static final int ASKS = 3;

  /** The most shares that ended whose places are remembered; more push out the oldest. */
  static final int LEFT_MAX = 4_096;

  /** How often it is told that a share has ended, while some live node does not answer. */
  static final int LEFT_TELLS = 60;

  private static final Duration LEFT_AGAIN = Duration.ofSeconds(1);

  static final String TOPIC = "shares";

  private final Nodes nodes;
  private final SharePlaces places;
  private final OwnLanes lanes;
  private final ShareReaders readers;
  private final InstantSource clock;
  private final ShareMetrics metrics;
  private final Map<ShareKey, Share> shares = new ConcurrentHashMap<>();

  /** What ended here, for those that did not hear of it; guarded by itself. */
  private final Map<ShareKey, Left> left = new LinkedHashMap<>();

  /** The number of the share that began last. Rises from the time of the start. */
  private final AtomicLong lives;

  /** A share that ended on this node: which it was, and how far. */
  private record Left(long life, Cursor place, Map<String, Cursor> countsOn, long endedMillis) {

    private static final Left NOTHING = new Left(0, Cursor.EMPTY, Map.of(), 0);

    private ShareMessage.Leaves of(ShareKey key) {
      return new ShareMessage.Leaves(key, place, life, countsOn);
    }
  }

  /**
   * What other nodes answered to {@link ShareMessage.Joins}.
   *
   * @param members those that have members
   * @param ended those that have none
   */
  record Answered(List<Before> members, List<ShareMessage.Ended> ended) {
    Answered {
      members = List.copyOf(members);
      ended = List.copyOf(ended);
    }
  }

  /**
   * @param lanes in which the shares work, each in one of them
   */
  public Shares(
      Nodes nodes,
      SharePlaces places,
      OwnLanes lanes,
      ShareReaders readers,
      InstantSource clock,
      ShareMetrics metrics) {
    this.nodes = nodes;
    this.places = places;
    this.lanes = lanes;
    this.readers = readers;
    this.clock = clock;
    this.metrics = metrics;
    this.lives = new AtomicLong(clock.millis());
    nodes.serve(TOPIC, this::on);
    nodes.listen(this);
    metrics.count(shares::size);
  }

  String self() {
    return nodes.self();
  }

  Set<String> live() {
    return nodes.live();
  }

  SharePlaces places() {
    return places;
  }

  /**
   * Lets a subscription share. The stage gives what the share on this node began with; it never
   * completes exceptionally.
   */
  public CompletionStage<Outcome<Subscribed>> join(
      SharingSubscription subscription, SubscribeRequest request, String name) {
    ShareKey key = new ShareKey(name, subscription.filter());
    Share share =
        shares.computeIfAbsent(
            key,
            absent ->
                new Share(
                    readers,
                    clock,
                    metrics,
                    this,
                    key,
                    lanes.next(),
                    self(),
                    lives.incrementAndGet()));
    ShareMember member = new ShareMember(share, subscription, request.outlives());
    subscription.share(member);
    return share
        .join(member, request.start(), request.outlives())
        .thenCompose(joined ->
            joined
                .<CompletionStage<Outcome<Subscribed>>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> join(subscription, request, name)));
  }

  /** The last member is gone, and all is dealt with up to that place. */
  void ended(Share share, Cursor place, Map<String, Cursor> countsOn) {
    synchronized (left) {
      left.remove(share.key());
      left.put(share.key(), new Left(share.life(), place, countsOn, clock.millis()));
      if (left.size() > LEFT_MAX) {
        left.remove(left.keySet().iterator().next());
      }
    }
    shares.remove(share.key(), share);
    tellLeft(share.key(), 1);
  }

  /**
   * A publication was given back to a share that has ended: the one that is here now deals with it,
   * else whoever has members elsewhere, and whoever comes next reads from there.
   */
  void orphaned(ShareKey key, Publication publication) {
    Share again = shares.get(key);
    if (again != null) {
      again.giveBack(publication);
      return;
    }
    if (publication.position() == null) {
      return;
    }
    synchronized (left) {
      left.computeIfPresent(
          key,
          (same, until) ->
              new Left(
                  until.life(),
                  Share.backTo(until.place(), List.of(publication)),
                  until.countsOn(),
                  clock.millis()));
    }
    tellLeft(key, 1);
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
  CompletionStage<Answered> askToJoin(ShareKey key, long life) {
    Map<String, Before> members = new TreeMap<>();
    Map<String, ShareMessage.Ended> ended = new TreeMap<>();
    return askToJoin(new ShareMessage.Joins(key, life).encode(), members, ended, 1)
        .thenApply(
            done -> new Answered(List.copyOf(members.values()), List.copyOf(ended.values())));
  }

  private CompletionStage<Boolean> askToJoin(
      byte[] question,
      Map<String, Before> members,
      Map<String, ShareMessage.Ended> ended,
      int ask) {
    if (nodes.live().size() == 1) {
      return CompletableFuture.completedFuture(true);
    }
    return nodes
        .ask(TOPIC, question)
        .thenCompose(answers -> {
          for (byte[] answer : answers.answers()) {
            ShareMessage.decodeBefore(answer).ifPresent(one -> members.put(one.node(), one));
            ShareMessage.decodeEnded(answer).ifPresent(one -> ended.put(one.node(), one));
          }
          return answers.complete() || ask == ASKS
              ? CompletableFuture.completedFuture(answers.complete())
              : askToJoin(question, members, ended, ask + 1);
        });
  }

  void tellHere(ShareMessage.Here here) {
    nodes.tell(TOPIC, here.encode());
  }

  /** Tells all others how far a share was that ended, until each has answered that it knows. */
  private void tellLeft(ShareKey key, int tell) {
    Left until = left(key);
    var _ =
        nodes
            .ask(TOPIC, until.of(key).encode())
            .thenAccept(answers -> {
              if (!answers.complete() && tell < LEFT_TELLS) {
                HubLane lane = lanes.next();
                lane.execute(() ->
                    lane.at(
                        clock.instant().plus(LEFT_AGAIN),
                        () -> {
                          if (left(key).equals(until)) {
                            tellLeft(key, tell + 1);
                          }
                        }));
              }
            });
  }

  /** What ended here under the key last, as far as is remembered. */
  private Left left(ShareKey key) {
    synchronized (left) {
      return left.getOrDefault(key, Left.NOTHING);
    }
  }

  private CompletionStage<byte[]> on(String node, byte[] bytes) {
    Optional<ShareMessage> decoded = ShareMessage.decode(bytes);
    if (decoded.isEmpty()) {
      // Of a later version, perhaps: no answer, or the asker would take it for "none here".
      return CompletableFuture.failedStage(
          new IllegalArgumentException("message: unknown (expected: one of shares)"));
    }
    ShareMessage message = decoded.get();
    Share share = shares.get(message.key());
    if (share == null) {
      return CompletableFuture.completedStage(onNone(node, message));
    }
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    share
        .lane()
        .execute(() -> {
          if (share.isOver()) {
            answer.complete(onNone(node, message));
            return;
          }
          switch (message) {
            case ShareMessage.Joins joins -> {
              Before before = share.comes(node, joins.life());
              answer.complete(
                  before == null ? ShareMessage.NOTHING : ShareMessage.encodeBefore(before));
            }
            case ShareMessage.Here here -> {
              share.isHere(node, here);
              answer.complete(ShareMessage.NOTHING);
            }
            case ShareMessage.Leaves leaves -> {
              if (share.leaves(node, leaves)) {
                answer.complete(ShareMessage.NOTHING);
              } else {
                answer.completeExceptionally(new IllegalStateException("a share begins"));
              }
            }
          }
        });
    return answer;
  }

  /** Another node asks or tells of a share that has no members here. */
  private byte[] onNone(String node, ShareMessage message) {
    Left until = left(message.key());
    return switch (message) {
      case ShareMessage.Joins joins ->
          ShareMessage.encodeEnded(new ShareMessage.Ended(self(), until.life(), until.place()));
      case ShareMessage.Here here -> {
        if (here.nodes().contains(self())) {
          // It deals out as if there were some.
          nodes.tell(node, TOPIC, until.of(here.key()).encode());
        }
        yield ShareMessage.NOTHING;
      }
      case ShareMessage.Leaves leaves -> ShareMessage.NOTHING;
    };
  }

  @Override
  public void onNode(String node) {
    shares.values().forEach(share -> share.lane().execute(share::tellHere));
    long recent = clock.millis() - LEFT_AGAIN.multipliedBy(LEFT_TELLS).toMillis();
    Map<ShareKey, Left> ended;
    synchronized (left) {
      ended = new LinkedHashMap<>(left);
    }
    ended.forEach((key, until) -> {
      if (until.endedMillis() > recent) {
        nodes.tell(node, TOPIC, until.of(key).encode());
      }
    });
  }

  @Override
  public void onNodeGone(String node) {
    for (Share share : shares.values()) {
      share.lane().execute(() -> share.gone(node));
    }
  }
}
