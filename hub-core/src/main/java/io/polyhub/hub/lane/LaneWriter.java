package io.polyhub.hub.lane;

/** What writes to a client during a lane's turn and sends what it wrote at the turn's end. */
public interface LaneWriter {

  /** Sends what was written in this turn. Called in the lane. */
  void flush();
}
