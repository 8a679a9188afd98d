package io.polyhub.hub;

/**
 * The one thread on which all work for a session happens. What runs in a lane needs no locks for
 * the lane's state, and must not block.
 */
public interface Lane {

  /** Runs the task in the lane, after what was given to it before. Any thread. */
  void execute(Runnable task);

  /** Tells whether the calling thread is the lane's. */
  boolean inLane();

  /** The name in metrics and logs. */
  String name();
}
