package io.polyhub.hub.share;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.hub.Subscribed;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.lane.Await;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a share begins on this node: where it was if it is kept, else with the part that the nodes
 * leave to this one which have members already, else where its first member asks. Lives as long as
 * that takes. Only in the share's lane.
 */
final class ShareBeginning {

  private static final Logger log = LoggerFactory.getLogger(ShareBeginning.class);

  private final InstantSource clock;
  private final Shares shares;
  private final Share share;
  private final Start asked;
  private final CompletableFuture<Outcome<Subscribed>> begun;

  ShareBeginning(
      InstantSource clock,
      Shares shares,
      Share share,
      Start asked,
      CompletableFuture<Outcome<Subscribed>> begun) {
    this.clock = clock;
    this.shares = shares;
    this.share = share;
    this.asked = asked;
    this.begun = begun;
  }

  /**
   * Asks the other nodes first: what those that end meanwhile store is read then, if they all have.
   */
  void start() {
    Await.inLane(
        share.lane(),
        shares.askToJoin(share.key(), share.life()),
        this::readKept,
        () -> begun.complete(Outcome.refused(Refusal.INTERNAL)),
        log);
  }

  private void readKept(Shares.Answered others) {
    Await.inLane(
        share.lane(),
        shares.places().get(share.key()),
        place -> begin(others, place.filter(one -> one.untilMillis() > clock.millis())),
        () -> {
          if (asked instanceof Start.Now) {
            begin(others, Optional.empty());
          } else {
            begun.complete(Outcome.refused(Refusal.BROKER_UNAVAILABLE));
          }
        },
        log);
  }

  private void begin(Shares.Answered others, Optional<SharePlaces.Place> kept) {
    Session reader = share.newReader();
    Start from = from(others.members(), kept);
    var _ =
        reader
            .subscribe(request(share.key().filter(), from))
            .thenAccept(outcome -> {
              if (outcome instanceof Outcome.Done<Subscribed>(Subscribed subscribed)) {
                Subscription by = subscribed.subscription();
                Cursor start = from instanceof Start.Since(Cursor since) ? since : by.cursor();
                share.began(by, others, start, kept.orElse(null));
              }
              begun.complete(outcome);
            });
  }

  private Start from(List<ShareView.Before> others, Optional<SharePlaces.Place> kept) {
    if (!others.isEmpty()) {
      Cursor lowest = ShareView.lowest(others);
      return lowest.positions().isEmpty() ? new Start.Now() : new Start.Since(lowest);
    }
    return kept.<Start>map(place -> new Start.Since(place.cursor())).orElse(asked);
  }

  private static SubscribeRequest request(ChannelFilter filter, Start start) {
    return SubscribeRequest.to(filter.text()).withStart(start).withRest(true);
  }

  /** Reads on from a place, or from now on where there is none. */
  static CompletionStage<Outcome<Subscribed>> readOn(
      Session reader, ChannelFilter filter, Cursor place) {
    Start start = place.positions().isEmpty() ? new Start.Now() : new Start.Since(place);
    return reader.subscribe(request(filter, start));
  }
}
