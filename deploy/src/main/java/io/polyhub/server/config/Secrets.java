package io.polyhub.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files that hold keys or secrets. */
final class Secrets {

  private static final int MAX_BYTES = 1024 * 1024;

  private Secrets() {}

  /** The file's text; empty after a problem, which is noted with the key. */
  static String content(Section section, String key, Path file) {
    try {
      if (Files.size(file) <= MAX_BYTES) {
        return Files.readString(file);
      }
      section.problem(key, "found " + file + " too large", "a file of keys");
    } catch (IOException e) {
      section.problem(key, "found " + file, "a file of text that can be read");
    }
    return "";
  }
}
