package io.polyhub.graphql;

import org.jspecify.annotations.Nullable;

/**
 * One client's way out, with its carrier's envelopes. Called in the session's lane; never blocks.
 * Ids come as JSON strings, results as JSON objects, both in UTF-8.
 */
interface Outlet {

  /** Whether another event may be sent now. If not, the session is told once it may. */
  boolean hasRoom();

  /** Whether so much waits to be sent that the client has to be given up. */
  boolean isOverfull();

  /**
   * Sends a result of an operation that goes on. It may wait for {@link #flush}.
   *
   * @param extensions a JSON object to go with the result, or null
   * @param cursor the place after the event, or null
   */
  void next(byte[] id, byte[] result, byte @Nullable [] extensions, @Nullable String cursor);

  /**
   * Sends errors that end an operation.
   *
   * @param errors a JSON list
   */
  void error(byte[] id, byte[] errors);

  /** Tells that an operation has ended by itself. */
  void complete(byte[] id);

  /** Sends what was written. */
  void flush();

  /** The number of operations, or of publications under way, has sunk. */
  void eased();

  /** Ends the client: its own doing, {@link #isOverfull}. */
  void giveUp();
}
