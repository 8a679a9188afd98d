package io.polyhub.server.config;

import java.util.List;

/**
 * The configuration cannot be used. The message is meant for the operator as it is: it lists all
 * that is wrong, each with its place, what was found and what is allowed. It holds no secret.
 */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  ConfigException(String source, List<String> problems) {
    super(
        problems.size() == 1
            ? source + ": " + problems.getFirst()
            : source + " has " + problems.size() + " errors:\n  " + String.join("\n  ", problems));
  }
}
