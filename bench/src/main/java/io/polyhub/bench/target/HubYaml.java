package io.polyhub.bench.target;

import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What measured hubs are configured with; all else is as an operator finds it. */
final class HubYaml {

  /**
   * Ports of the hub's own choice, and bounds on connections and on one session's publications
   * above what is measured where their defaults are not.
   */
  static final String COMMON =
      """
      websocket: {port: 0}
      mqtt: {port: 0}
      http: {port: 0, streams: 20000, http: {connections: 25000, requests: 22000}}
      grpc: {port: 0, limits: {connections: 20000}}
      admin: {port: 0}
      limits: {publishesPerSecondPerSession: 200000}
      """;

  private HubYaml() {}

  /** The first with what the second says: keys that only the first has stay, at every level. */
  static String merged(String first, String second) {
    Map<Object, Object> all = merged(read(first), read(second));
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.AUTO);
    options.setWidth(1_000);
    return new Yaml(options).dump(all);
  }

  private static Map<?, ?> read(String text) {
    Map<?, ?> map = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    return map == null ? Map.of() : map;
  }

  private static Map<Object, Object> merged(Map<?, ?> first, Map<?, ?> second) {
    Map<Object, Object> all = new LinkedHashMap<>(first);
    second.forEach((key, value) ->
        all.merge(
            key,
            value,
            (one, other) ->
                one instanceof Map<?, ?> ours && other instanceof Map<?, ?> theirs
                    ? merged(ours, theirs)
                    : other));
    return all;
  }
}
