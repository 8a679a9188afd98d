package io.polyhub.server.cli;

import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.NatsConfig;
import io.polyhub.broker.nats.StreamsPreview;
import io.polyhub.broker.nats.stream.PlannedStep;
import io.polyhub.identity.JwtConfig;
import io.polyhub.server.config.BrokerConfig;
import io.polyhub.server.config.ConfigException;
import io.polyhub.server.config.LoadedConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Check the configuration, and print what is in force; secrets are not shown.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:with --plan: some change to a stream would be refused, or NATS takes too little",
      "2:the command line is wrong",
      "3:the configuration is wrong",
      "5:with --plan: NATS does not answer"
    })
final class ConfigCheckCommand implements Callable<Integer> {

  /** How long NATS may take to take us in. */
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  @Mixin private final ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--plan",
      description =
          "With broker.type nats: also tell what a server with this configuration would do to the"
              + " streams in NATS. Nothing is changed.")
  private boolean plan;

  private final Terminal terminal;

  ConfigCheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ConfigException, CommandFailure, InterruptedException {
    LoadedConfig loaded = config.load(terminal.environment());
    JwtConfig jwt = loaded.config().auth().jwt();
    if (jwt != null && jwt.hasShortSecret()) {
      terminal.err().println("polyhub: warning: " + JwtConfig.SHORT_SECRET_WARNING + ".");
    }
    terminal.out().println("# In force, from " + loaded.source() + " and the environment:");
    terminal.out().print(loaded.effective());
    return plan ? printPlan(loaded) : ExitCode.OK;
  }

  /** As comments, so that all of it may still be used as configuration. */
  private int printPlan(LoadedConfig loaded) throws CommandFailure, InterruptedException {
    List<PlannedStep> steps =
        switch (loaded.config().broker()) {
          case BrokerConfig.Embedded _ -> List.of();
          case BrokerConfig.Nats(NatsConfig nats) -> steps(nats, loaded);
        };
    terminal.out().println("# Streams in NATS, if a server is started with this:");
    if (steps.isEmpty()) {
      terminal.out().println("#   nothing would change");
    }
    steps.forEach(step -> terminal.out().println("#   " + step.text()));
    return steps.stream().anyMatch(PlannedStep::refused) ? ExitCode.REFUSED : ExitCode.OK;
  }

  private static List<PlannedStep> steps(NatsConfig nats, LoadedConfig loaded)
      throws CommandFailure, InterruptedException {
    try {
      return StreamsPreview.of(nats, loaded.config().rules(), CONNECT_LIMIT);
    } catch (UnavailableException e) {
      throw new CommandFailure(
          ExitCode.NOT_REACHED,
          "NATS does not answer ("
              + e.getMessage()
              + "; keys: broker.nats.servers, credentials, tls).");
    }
  }
}
