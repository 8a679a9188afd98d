package io.polyhub.server;

import io.polyhub.server.config.ConfigException;
import io.polyhub.server.config.LoadedConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Check the configuration, and print what is in force; secrets are not shown.")
final class ConfigCheckCommand implements Callable<Integer> {

  @Mixin private final ConfigOptions config = new ConfigOptions();

  private final Terminal terminal;

  ConfigCheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ConfigException {
    LoadedConfig loaded = config.load(terminal.environment());
    terminal.out().println("# In force, from " + loaded.source() + " and the environment:");
    terminal.out().print(loaded.effective());
    return ExitCode.OK;
  }
}
