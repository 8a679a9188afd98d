package io.polyhub.server.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One pass over a configuration: its YAML and the environment's overrides. Collects all problems,
 * so that the operator hears of them at once.
 *
 * <p>Each key has one environment variable: {@code POLYHUB_}, then its path in upper case with
 * {@code _} for each {@code .} and before each inner capital. Its text is read as the key's value
 * would be; a list of texts may be given with commas, any list as YAML in one line.
 */
final class Reading {

  /** What the names of all variables that override keys begin with. */
  static final String PREFIX = "POLYHUB_";

  /** The largest configuration, in characters. */
  static final int MAX_CHARACTERS = 1024 * 1024;

  /** Variables of that prefix that are not keys of the server. */
  private static final Set<String> NOT_KEYS =
      Set.of("POLYHUB_CONFIG", "POLYHUB_URL", "POLYHUB_TOKEN");

  /** What Kubernetes adds for each service, which may well be named after us. */
  private static final Pattern SERVICE_LINK_NAME =
      Pattern.compile(
          ".*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP|SCTP)(_.*)?)");

  private static final Pattern SERVICE_LINK_VALUE = Pattern.compile("(tcp|udp|sctp)://.*");

  private final String source;
  private final Map<String, String> overrides;
  private final Set<String> variablesOfKeys = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * @param source names the file in messages
   * @param environment the environment's variables
   */
  Reading(String source, Map<String, String> environment) {
    this.source = source;
    this.overrides = new TreeMap<>();
    environment.forEach((name, value) -> {
      if (name.startsWith(PREFIX)
          && !NOT_KEYS.contains(name)
          && !SERVICE_LINK_NAME.matcher(name).matches()
          && !SERVICE_LINK_VALUE.matcher(value).matches()) {
        overrides.put(name, value);
      }
    });
  }

  /** Returns the section of the whole file. An empty text is an empty section. */
  Section root(String yaml) {
    Node node = compose(yaml, null);
    if (node instanceof MappingNode mapping) {
      return new Section(this, "", mapping, null, true);
    }
    if (node != null && !isNull(node)) {
      problem(node, null, "", "found " + describe(node, false), "keys with values");
    }
    return new Section(this, "", null, null, true);
  }

  /** Returns what the text writes in YAML, or null if it writes nothing or is not YAML. */
  @Nullable Node compose(String yaml, @Nullable String variable) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setAllowRecursiveKeys(false);
    options.setMaxAliasesForCollections(10);
    try {
      return new Yaml(options).compose(new StringReader(yaml));
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String place =
          variable != null
              ? variable + ": "
              : mark == null ? "" : "line " + (mark.getLine() + 1) + ": ";
      problems.add(place + "not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      problems.add((variable == null ? "" : variable + ": ") + "not YAML: too large or too deep");
    }
    return null;
  }

  /** Returns the entries of a mapping by key; tells of keys that stand there twice. */
  Map<String, Node> entries(MappingNode mapping, String path, @Nullable String variable) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        problem(key, variable, path, "found " + describe(key, false) + " as a key", "a name");
      } else if (entries.putIfAbsent(scalar.getValue(), tuple.getValueNode()) != null) {
        problem(key, variable, Section.join(path, scalar.getValue()), "found twice", "once");
      }
    }
    return entries;
  }

  /** Returns what the environment says for the key, or null. */
  @Nullable String override(String path) {
    String variable = variable(path);
    if (!variablesOfKeys.add(variable)) {
      throw new IllegalStateException("two keys share the variable " + variable);
    }
    return overrides.get(variable);
  }

  /** Returns the name of the variable that overrides the key. */
  static String variable(String path) {
    StringBuilder name = new StringBuilder(PREFIX);
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (Character.isUpperCase(c)) {
        name.append('_');
      }
      name.append(c == '.' ? '_' : Character.toUpperCase(c));
    }
    return name.toString();
  }

  /** Notes a problem at a place. */
  void problem(
      @Nullable Node node, @Nullable String variable, String path, String found, String expected) {
    StringBuilder text = new StringBuilder();
    if (variable != null) {
      text.append(variable).append(": ");
    } else if (node != null) {
      text.append("line ").append(line(node)).append(": ");
    }
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    problems.add(text.append(found).append(" (expected: ").append(expected).append(')').toString());
  }

  /** Notes what a record refused; its message begins with the name of its component. */
  void refused(@Nullable Node node, @Nullable String variable, String path, String message) {
    String place =
        variable != null ? variable + ": " : node == null ? "" : "line " + line(node) + ": ";
    problems.add(place + Section.join(path, Units.inWords(message)));
  }

  /** Returns the name of the variable that overrides the key just now, or null. */
  @Nullable String overriding(String path) {
    String variable = variable(path);
    return overrides.containsKey(variable) ? variable : null;
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  /**
   * Ends the pass.
   *
   * @throws ConfigException if there was any problem
   */
  void finish() throws ConfigException {
    for (String name : overrides.keySet()) {
      if (!variablesOfKeys.contains(name)) {
        problems.add(
            name + ": overrides no key (expected: a variable as polyhub.example.yaml explains)");
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(source, List.copyOf(problems));
    }
  }

  static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** Says what stands there, shortened; nothing of a secret. */
  static String describe(Node node, boolean secret) {
    if (node.getNodeId() == NodeId.mapping) {
      return "keys with values";
    }
    if (node.getNodeId() == NodeId.sequence) {
      return "a list";
    }
    if (secret) {
      return "a value that is not shown";
    }
    // Whoever put a password into an address does not want to read it here.
    String value = ((ScalarNode) node).getValue().replaceAll("//[^/]*@", "//...@");
    String shown = value.length() > 80 ? value.substring(0, 80) + "..." : value;
    return node.getTag().equals(Tag.STR) ? "\"" + shown + "\"" : shown;
  }
}
