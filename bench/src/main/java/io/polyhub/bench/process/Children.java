package io.polyhub.bench.process;

/** Processes that this one starts. */
public final class Children {

  private Children() {}

  /** Has a process killed when this JVM ends, however it was asked to. */
  public static void endWithThis(Process process) {
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }
}
