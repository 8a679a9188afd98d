package io.polyhub.bench.target;

import io.polyhub.bench.load.Protocol;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** A kind of server that can be measured, as its own documentation recommends it for load. */
public interface TargetKind {

  /** How reports name it, with its version where that can be known: "Mosquitto 2.0.11". */
  String name();

  /** Whether it is written in a language with a managed run time. */
  boolean isManaged();

  /** Whether it runs on a JVM, whose heap can be asked for. */
  boolean isJvm();

  /** What it speaks. */
  Set<Protocol> protocols();

  /** Why it cannot be had on this machine, and how to get it; empty if it can. */
  Optional<String> missing();

  /** How it is configured: the lines that reports show. */
  String configuration();

  /**
   * Starts it and waits until it takes connections.
   *
   * @param folder an empty folder for its files
   * @throws IllegalStateException if it does not start; the message holds what it printed
   */
  Target start(Path folder);
}
