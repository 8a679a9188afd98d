package io.polyhub.broker.nats;

import java.net.URI;

/** One NATS server of the tests. It keeps its address and its store over {@link #kill}. */
interface NatsServer extends AutoCloseable {

  /** Where clients reach it; known before it runs. */
  URI uri();

  /** Starts it, for the first time or again, and does not wait until it answers. */
  void start();

  /** Ends it at once, as {@code kill -9} does. */
  void kill();

  /** Stops its clock, as SIGSTOP does: connections stay and nothing is answered. */
  void pause();

  /** Lets it go on after {@link #pause}. */
  void resume();

  /** Ends it, and takes away its store. */
  @Override
  void close();
}
