package io.polyhub.server.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a command is run from.
 *
 * @param in what is piped in
 * @param out where results go, in UTF-8
 * @param err where everything else goes, in UTF-8
 * @param environment the environment's variables
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {

  PrintWriter outWriter() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }

  PrintWriter errWriter() {
    return new PrintWriter(err, true, StandardCharsets.UTF_8);
  }
}
