package io.polyhub.hub;

/** Where a share gets the session that reads for it. */
interface ShareReaders {

  /**
   * Opens a session of the hub's own, which may read everything. Called in the lane.
   *
   * @param name names the session in logs
   * @param downlink takes what it reads
   */
  Session open(HubLane lane, String name, Downlink downlink);
}
