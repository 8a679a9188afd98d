package io.polyhub.server.cli;

import io.polyhub.server.config.ConfigException;
import io.polyhub.server.config.LoadedConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where configuration comes from, for the commands that read it. */
final class ConfigOptions {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration; else the file that POLYHUB_CONFIG names; else polyhub.yaml, if it is"
              + " there; else defaults. POLYHUB_... variables override its keys.")
  private @Nullable Path file;

  LoadedConfig load(Map<String, String> environment) throws ConfigException {
    String named = environment.get("POLYHUB_CONFIG");
    Path chosen = file == null && named != null ? Path.of(named) : file;
    return LoadedConfig.load(chosen, environment);
  }
}
