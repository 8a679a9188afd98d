package io.polyhub.server.cli;

import io.polyhub.server.Server;
import io.polyhub.server.StartException;
import io.polyhub.server.config.ConfigException;
import io.polyhub.server.config.LoadedConfig;
import io.polyhub.server.config.LoggingConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Run the server until it is asked to end (SIGTERM or SIGINT).",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:ended as asked",
      "2:the command line is wrong",
      "3:the configuration is wrong",
      "4:cannot start, for instance because a port is taken"
    })
final class ServeCommand implements Callable<Integer> {

  @Mixin private final ConfigOptions config = new ConfigOptions();

  private final Terminal terminal;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ConfigException, StartException, InterruptedException {
    LoadedConfig loaded = config.load(terminal.environment());
    LoggingConfig logging = loaded.config().logging();
    Logs.configure(logging, terminal.out());
    Signals signals = Signals.takeOver();
    Server server = Server.start(loaded.config());
    announce(loaded, server);
    signals.await();
    Signals.endAfter(loaded.config().shutdown().limit());
    server.shutDown();
    return ExitCode.OK;
  }

  /** For people a table; where each line is to be a JSON object, lines of the log. */
  private void announce(LoadedConfig loaded, Server server) {
    switch (loaded.config().logging().format()) {
      case TEXT -> Startup.print(terminal.out(), loaded, server);
      case JSON -> Startup.log(loaded, server);
    }
  }
}
