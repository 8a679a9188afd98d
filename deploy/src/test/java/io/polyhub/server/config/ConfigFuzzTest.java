package io.polyhub.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Whatever stands in a configuration file, it is taken or its mistakes are named. */
class ConfigFuzzTest {

  @FuzzTest
  void a_file_is_taken_or_its_mistakes_are_named(byte[] bytes) {
    String yaml = new String(bytes, StandardCharsets.UTF_8);
    try {
      assertThat(LoadedConfig.parse("polyhub.yaml", yaml, Map.of()).effective()).isNotNull();
    } catch (ConfigException mistakes) {
      assertThat(mistakes).hasMessageContaining("polyhub.yaml");
    }
  }
}
