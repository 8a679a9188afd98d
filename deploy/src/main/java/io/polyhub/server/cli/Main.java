package io.polyhub.server.cli;

import io.polyhub.server.StartException;
import io.polyhub.server.config.ConfigException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** The command line. */
public final class Main {

  private Main() {}

  /** Runs a command, and ends the process with its exit code. */
  public static void main(String[] arguments) {
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    Logs.quiet(err);
    int exitCode = run(new Terminal(System.in, out, err, System.getenv()), arguments);
    out.flush();
    System.exit(exitCode);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** Runs a command and returns its exit code. */
  static int run(Terminal terminal, String... arguments) {
    CommandLine line =
        new CommandLine(new Root())
            .addSubcommand(new ServeCommand(terminal))
            .addSubcommand(
                new CommandLine(new ConfigCommand())
                    .addSubcommand(new ConfigCheckCommand(terminal)))
            .addSubcommand(new PubCommand(terminal))
            .addSubcommand(new SubCommand(terminal))
            .addSubcommand(new TokenCommand(terminal, InstantSource.system()))
            .addSubcommand(new HealthCommand(terminal))
            .addSubcommand(new VersionCommand(terminal))
            .addSubcommand(new HelpCommand());
    line.setOut(terminal.outWriter());
    line.setErr(terminal.errWriter());
    line.setExitCodeExceptionMapper(
        failure -> failure instanceof ParameterException ? ExitCode.USAGE : ExitCode.REFUSED);
    line.setExecutionExceptionHandler((failure, command, parsed) -> {
      int exitCode = exitCode(failure);
      terminal.err().println("polyhub: " + failure.getMessage());
      return exitCode;
    });
    return line.execute(arguments);
  }

  /** Tells the exit code of a failure that its message explains; throws what we did not foresee. */
  private static int exitCode(Exception failure) throws Exception {
    return switch (failure) {
      case CommandFailure known -> known.exitCode();
      case ConfigException known -> ExitCode.CONFIGURATION;
      case StartException known -> ExitCode.CANNOT_START;
      default -> throw failure;
    };
  }

  /** What stands before a command. */
  @Command(
      name = "polyhub",
      mixinStandardHelpOptions = true,
      versionProvider = VersionCommand.Provider.class,
      description = "One set of channels, many protocols.",
      synopsisSubcommandLabel = "COMMAND")
  static final class Root {}

  /** Groups the commands about configuration. */
  @Command(
      name = "config",
      mixinStandardHelpOptions = true,
      description = "Work with configuration.",
      synopsisSubcommandLabel = "COMMAND")
  static final class ConfigCommand {}
}
