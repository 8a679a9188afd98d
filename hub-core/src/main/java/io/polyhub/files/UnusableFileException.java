package io.polyhub.files;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what it should. The message is for the operator, and holds no secret. */
public final class UnusableFileException extends IOException {

  private static final long serialVersionUID = 1L;

  // Text, since paths cannot be serialized.
  private final String file;
  private final String found;
  private final String expected;

  /**
   * @param file which file
   * @param found what it holds, in words
   * @param expected what it should hold, or what to do
   */
  public UnusableFileException(Path file, String found, String expected) {
    super(file + ": found " + found + " (expected: " + expected + ")");
    this.file = file.toString();
    this.found = found;
    this.expected = expected;
  }

  /** Which file. */
  public Path file() {
    return Path.of(file);
  }

  /** What it holds, in words. */
  public String found() {
    return found;
  }

  /** What it should hold. */
  public String expected() {
    return expected;
  }
}
