package io.polyhub.net;

/** A connection's place among those of its address, until it is closed. Safe for any thread. */
public interface Lease extends AutoCloseable {

  /** Of a connection that is not counted. */
  Lease NONE = () -> {};

  /** Gives the place back; does nothing the second time. */
  @Override
  void close();
}
