package io.polyhub.channel;

/**
 * What happens to a subscriber that reads slower than its channel speaks, at its outbox's limit.
 */
public enum OverflowPolicy {
  /**
   * The subscription leaves the live feed and is served from the log at the client's own pace,
   * until it has caught up. Nothing is lost. Only for channels with history.
   */
  CATCH_UP,
  /** The session is closed as too slow; it may come back and resume from its cursor. */
  DISCONNECT,
  /** The oldest waiting publication is dropped for the new one. */
  DROP_OLDEST,
  /** The new publication is dropped. */
  DROP_NEWEST,
  /** Only the newest publication of each channel, or of each value of the rule's key, waits. */
  LATEST
}
