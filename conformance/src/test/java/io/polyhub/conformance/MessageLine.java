package io.polyhub.conformance;

import java.util.concurrent.CompletableFuture;

/** What carries whole messages between a client and a server, in order. */
interface MessageLine extends AutoCloseable {

  void send(String text);

  void send(byte[] bytes);

  /** The code with which the server ended it; {@code lost} if it did not say. */
  CompletableFuture<String> closed();

  @Override
  void close();
}
