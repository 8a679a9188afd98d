package io.polyhub.hub.share;

import io.polyhub.hub.Downlink;
import io.polyhub.hub.Session;
import io.polyhub.hub.lane.HubLane;

/** Where a share gets the session that reads for it. */
public interface ShareReaders {

  /**
   * Opens a session of the hub's own, which may read everything. Called in the lane.
   *
   * @param name names the session in logs
   * @param downlink takes what it reads
   */
  Session open(HubLane lane, String name, Downlink downlink);
}
