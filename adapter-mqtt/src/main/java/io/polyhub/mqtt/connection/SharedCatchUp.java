package io.polyhub.mqtt.connection;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.hub.Session;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.SubscribeRequest.Start;
import io.polyhub.mqtt.session.ClientSubscription;
import io.polyhub.mqtt.session.Unacknowledged;

/**
 * Reads again, for a subscription that shares, what the client was sent and did not acknowledge
 * before its session came from the store: the share itself is past that. It is a subscription of
 * its own in the hub, which ends when all is found or cannot be found any more.
 *
 * @param to the subscription that shares
 * @param last up to where there is something to find
 */
record SharedCatchUp(ClientSubscription to, Cursor last) {

  /** Starts, if there is something to find. */
  static void start(Session session, ClientSubscription shared) {
    Cursor first = Cursor.EMPTY;
    Cursor last = Cursor.EMPTY;
    for (Unacknowledged sent : shared.unacknowledged()) {
      Position position = sent.position();
      Position before = new Position(position.epoch(), position.offset() - 1);
      if (first.offset(before.epoch()).orElse(Long.MAX_VALUE) > before.offset()) {
        first = first.with(before);
      }
      last = last.advancedTo(Cursor.of(position));
    }
    if (!last.positions().isEmpty()) {
      var _ =
          session.subscribe(
              SubscribeRequest.to(shared.filter().text())
                  .withStart(new Start.Kept(first))
                  .withRest(true)
                  .withAttachment(new SharedCatchUp(shared, last)));
    }
  }
}
