package io.polyhub.hub.lane;

/** Where a lane takes what the broker brings. Thread-safe. */
interface Inbox {

  /**
   * Hands over a publication, a member event, or a filter: what was told of its channels may have
   * holes.
   */
  void offer(Object entry);

  /** The inbox itself, for all channels that no other lane wants; not to be changed. */
  Inbox[] alone();
}
