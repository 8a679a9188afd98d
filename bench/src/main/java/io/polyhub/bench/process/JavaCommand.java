package io.polyhub.bench.process;

import java.nio.file.Path;
import java.util.List;

/** How to start a further JVM like this one. */
public final class JavaCommand {

  private JavaCommand() {}

  /** The program, without flags. */
  public static List<String> here() {
    return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }

  /** Another program of the same JDK, for example {@code jcmd}. */
  public static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** What this JVM finds classes in. */
  public static String classPath() {
    return System.getProperty("java.class.path");
  }
}
