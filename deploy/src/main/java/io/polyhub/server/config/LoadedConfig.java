package io.polyhub.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A configuration with where it came from.
 *
 * @param config what is in force
 * @param source names the file, or says that there is none
 * @param effective every key with the value in force, in YAML, secrets masked
 */
public record LoadedConfig(ServerConfig config, String source, String effective) {

  /** The file that is read when none is named and it is there. */
  public static final String STANDARD_FILE = "polyhub.yaml";

  /**
   * Reads a file and the environment.
   *
   * @param file the file, or null for {@link #STANDARD_FILE} in the working directory if it is
   *     there, else the defaults
   * @param environment the environment's variables
   * @throws ConfigException if the file cannot be read, or anything in it is not as it must be
   */
  public static LoadedConfig load(@Nullable Path file, Map<String, String> environment)
      throws ConfigException {
    Path chosen = file == null ? Path.of(STANDARD_FILE) : file;
    if (file == null && !Files.exists(chosen)) {
      return parse("built-in defaults", "", environment);
    }
    try {
      if (Files.size(chosen) > Reading.MAX_CHARACTERS) {
        throw new ConfigException(
            chosen.toString(),
            List.of("too large (expected: at most " + Reading.MAX_CHARACTERS + " bytes)"));
      }
      return parse(chosen.toString(), Files.readString(chosen), environment);
    } catch (NoSuchFileException e) {
      throw new ConfigException(chosen.toString(), List.of("no such file"));
    } catch (CharacterCodingException e) {
      throw new ConfigException(chosen.toString(), List.of("not text in UTF-8"));
    } catch (IOException e) {
      throw new ConfigException(chosen.toString(), List.of("cannot be read"));
    }
  }

  /**
   * Reads a text, and nothing of the environment.
   *
   * @throws ConfigException if anything in it is not as it must be
   */
  public static LoadedConfig parse(String yaml) throws ConfigException {
    return parse("configuration", yaml, Map.of());
  }

  static LoadedConfig parse(String source, String yaml, Map<String, String> environment)
      throws ConfigException {
    Reading reading = new Reading(source, environment);
    Section root = reading.root(yaml);
    ServerConfig config = ServerSection.read(root);
    reading.finish();
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new LoadedConfig(config, source, new Yaml(options).dump(root.shown()));
  }
}
