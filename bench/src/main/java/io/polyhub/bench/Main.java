package io.polyhub.bench;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import picocli.CommandLine;

/** The bench's command line. Its numbers mean something on an otherwise idle machine only. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    System.exit(
        new CommandLine(new BenchCommand())
            .addSubcommand(new ReportCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }
}
