package io.polyhub.conformance;

import java.io.Serial;

/** The server refused something, with the code that its protocol has for it. */
public final class Refused extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final String code;

  Refused(String code) {
    super("refused: " + code);
    this.code = code;
  }

  String code() {
    return code;
  }
}
