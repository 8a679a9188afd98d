package io.polyhub.hub.session;

import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Session;
import io.polyhub.hub.UnsubscribeReason;
import io.polyhub.hub.lane.HubLane;
import java.time.Instant;

/** A session, as what is delivered to its client sees it. Confined to its lane. */
interface ServedSession extends Session {

  @Override
  HubLane lane();

  /** The time by the hub's clock. */
  Instant now();

  /** Closes the session and tells the client. */
  void closeByHub(CloseReason reason);

  /** Ends a subscription and tells the client. */
  void end(LaneSubscription subscription, UnsubscribeReason reason);

  /** Ends a subscription without a word to the client. */
  void cancel(LaneSubscription subscription);
}
