package io.polyhub.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import io.polyhub.door.Door;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Which part may know which. Every rule reads the packages' names; that no class escapes them is a
 * rule of its own, and a rule that finds no class to look at fails.
 */
final class ArchitectureTest {

  private static final String CHANNEL = "io.polyhub.channel";
  private static final String IDENTITY = "io.polyhub.identity";
  private static final String FILES = "io.polyhub.files";
  private static final String NET = "io.polyhub.net";
  private static final String RECORDS = "io.polyhub.records";
  private static final String DOOR = "io.polyhub.door";
  private static final String HUB = "io.polyhub.hub";
  private static final String HUB_LANE = "io.polyhub.hub.lane";
  private static final String HUB_SHARE = "io.polyhub.hub.share";
  private static final String HUB_NODES = "io.polyhub.hub.nodes";
  private static final String HUB_SESSION = "io.polyhub.hub.session";
  private static final String BROKER_SEAM = "io.polyhub.broker";
  private static final String BROKERS = "io.polyhub.broker.*..";
  private static final String ENVELOPE = "io.polyhub.proto.envelope..";
  private static final String NODE_MESSAGES = "io.polyhub.proto.nodes..";
  private static final String NETTY = "io.polyhub.netty..";
  private static final String WEB = "io.polyhub.web..";
  private static final String WEBSOCKET = "io.polyhub.websocket..";
  private static final String MQTT = "io.polyhub.mqtt";
  private static final String MQTT_CONNECTION = "io.polyhub.mqtt.connection";
  private static final String MQTT_SESSION = "io.polyhub.mqtt.session";
  private static final String MQTT_PACKET = "io.polyhub.mqtt.packet";
  private static final String HTTP = "io.polyhub.http..";
  private static final String GRAPHQL = "io.polyhub.graphql..";
  private static final String GRPC = "io.polyhub.grpc..";
  private static final String SERVER = "io.polyhub.server..";

  /** Knows the server only as a program that it runs. */
  private static final String BENCH = "io.polyhub.bench..";

  private static final String[] CORE = {
    CHANNEL,
    DOOR,
    FILES,
    IDENTITY,
    NET,
    RECORDS,
    HUB,
    HUB_LANE,
    HUB_SHARE,
    HUB_NODES,
    HUB_SESSION,
    BROKER_SEAM,
    BROKERS
  };

  /** What adapters see of the core. */
  private static final List<String> CLIENT_SEAM =
      List.of(HUB, CHANNEL, DOOR, IDENTITY, NET, RECORDS);

  /** The one part of the seam below the hub that the hub shows to adapters as it is. */
  private static final DescribedPredicate<JavaClass> NODES =
      nameMatching("io\\.polyhub\\.broker\\.Nodes(\\$.*)?").forSubtype();

  /** Each part, and the other parts of Polyhub that it may know. */
  private static final Map<String, List<String>> MAY_KNOW =
      Map.ofEntries(
          Map.entry(CHANNEL, List.of()),
          Map.entry(RECORDS, List.of()),
          Map.entry(FILES, List.of()),
          Map.entry(NET, List.of()),
          Map.entry(NETTY, List.of(NET)),
          Map.entry(IDENTITY, List.of(CHANNEL, FILES)),
          Map.entry(DOOR, List.of(IDENTITY)),
          Map.entry(BROKER_SEAM, List.of(CHANNEL, RECORDS, ENVELOPE)),
          Map.entry(HUB, List.of(CHANNEL, IDENTITY, RECORDS)),
          Map.entry(HUB_LANE, List.of(HUB, CHANNEL, BROKER_SEAM)),
          Map.entry(HUB_SHARE, List.of(HUB, HUB_LANE, CHANNEL, RECORDS, BROKER_SEAM)),
          Map.entry(
              HUB_NODES, List.of(HUB, CHANNEL, IDENTITY, RECORDS, BROKER_SEAM, NODE_MESSAGES)),
          Map.entry(
              HUB_SESSION,
              List.of(
                  HUB,
                  HUB_LANE,
                  HUB_SHARE,
                  HUB_NODES,
                  CHANNEL,
                  IDENTITY,
                  NET,
                  RECORDS,
                  BROKER_SEAM)),
          Map.entry(BENCH, List.of()),
          Map.entry(
              WEBSOCKET,
              with(CLIENT_SEAM, NETTY, WEB, NODE_MESSAGES, "io.polyhub.proto.centrifuge")),
          Map.entry(MQTT_PACKET, List.of(HUB, CHANNEL)),
          Map.entry(MQTT_SESSION, List.of(HUB, CHANNEL, RECORDS, WEBSOCKET, MQTT_PACKET)),
          Map.entry(MQTT_CONNECTION, with(CLIENT_SEAM, WEBSOCKET, MQTT_SESSION, MQTT_PACKET)),
          Map.entry(MQTT, with(CLIENT_SEAM, NETTY, WEBSOCKET, MQTT_CONNECTION, MQTT_SESSION)),
          Map.entry(WEB, List.of()),
          Map.entry(HTTP, List.of(IDENTITY, NET, WEB, WEBSOCKET)),
          Map.entry(GRAPHQL, with(CLIENT_SEAM, WEBSOCKET, HTTP)),
          Map.entry(GRPC, with(CLIENT_SEAM, NETTY, "io.polyhub.proto.v1")));

  private static final String NATS_BROKER = "io.polyhub.broker.nats";

  /** Each part of the NATS broker, and the other parts of it that it may know. */
  private static final Map<String, List<String>> NATS_MAY_KNOW =
      Map.of(
          "link", List.of(),
          "stream", List.of("link"),
          "nodes", List.of("link"),
          "append", List.of("link", "stream"),
          "live", List.of("link", "stream"),
          "read", List.of("link", "stream"),
          "presence", List.of("link", "stream"),
          "values", List.of("link", "stream", "append", "read"));

  private static final JavaClasses CLASSES = MainClasses.ALL;

  /** What is written above, and the part of each door that needs no more than doors do. */
  private static Map<String, List<String>> parts() {
    Map<String, List<String>> parts = new TreeMap<>(MAY_KNOW);
    CLASSES.stream()
        .filter(type -> type.isAssignableTo(Door.class) && !type.isInterface())
        .map(type -> type.getPackageName().split("\\."))
        .map(names -> String.join(".", names[0], names[1], names[2]) + "..")
        .filter(part -> !part.equals(SERVER))
        .filter(part -> MAY_KNOW.keySet().stream().noneMatch(known -> isWithin(known, part)))
        .forEach(part -> parts.put(part, with(CLIENT_SEAM, NETTY)));
    return parts;
  }

  /** Whether a part of the rules is that door's, or one of the packages in it. */
  private static boolean isWithin(String part, String door) {
    return (part + "..").startsWith(door.substring(0, door.length() - 1));
  }

  @TestFactory
  Stream<DynamicTest> each_part_knows_only_what_lies_under_it() {
    return parts().entrySet().stream()
        .map(part -> DynamicTest.dynamicTest(part.getKey(), () -> onlyKnows(part).check(CLASSES)));
  }

  @Test
  void no_class_lies_outside_the_parts_that_the_rules_know() {
    String[] parts =
        Stream.concat(
                parts().keySet().stream(),
                Stream.of(BROKERS, SERVER, "io.polyhub.proto..", "io.polyhub.conformance"))
            .toArray(String[]::new);

    classes().should().resideInAnyPackage(parts).check(CLASSES);
  }

  @Test
  void all_modules_are_looked_at() {
    assertThat(List.of(CHANNEL, "io.polyhub.proto.v1", "io.polyhub.websocket", "io.polyhub.server"))
        .allMatch(CLASSES::containPackage);
    assertThat(List.of("io.polyhub.mqtt", "io.polyhub.graphql", "io.polyhub.grpc"))
        .allMatch(CLASSES::containPackage);
  }

  @Test
  void a_broker_knows_neither_the_hub_nor_another_broker() {
    onlyKnows(
            Map.entry(
                BROKERS, List.of(BROKER_SEAM, CHANNEL, FILES, RECORDS, ENVELOPE, NODE_MESSAGES)))
        .check(CLASSES);
    slices()
        .matching("io.polyhub.broker.(*)..")
        .namingSlices("broker $1")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
  }

  @TestFactory
  Stream<DynamicTest> each_part_of_the_nats_broker_knows_only_what_is_under_it() {
    return NATS_MAY_KNOW.entrySet().stream()
        .map(part ->
            DynamicTest.dynamicTest(
                part.getKey(),
                () ->
                    classes()
                        .that()
                        .resideInAPackage(natsPart(part.getKey()))
                        .should()
                        .onlyDependOnClassesThat(
                            resideOutsideOfPackage(NATS_BROKER + "..")
                                .or(
                                    resideInAnyPackage(
                                        with(part.getValue(), part.getKey()).stream()
                                            .map(ArchitectureTest::natsPart)
                                            .toArray(String[]::new))))
                        .check(CLASSES)));
  }

  @Test
  void every_class_of_the_nats_broker_is_in_a_part_or_puts_the_parts_together() {
    classes()
        .that()
        .resideInAPackage(NATS_BROKER + "..")
        .should()
        .resideInAnyPackage(
            Stream.concat(
                    Stream.of(NATS_BROKER),
                    NATS_MAY_KNOW.keySet().stream().map(ArchitectureTest::natsPart))
                .toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void nothing_but_the_configuration_knows_the_parts_of_the_nats_broker() {
    noClasses()
        .that()
        .resideOutsideOfPackages(NATS_BROKER + "..", SERVER)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(NATS_BROKER + "..")
        .check(CLASSES);
  }

  private static String natsPart(String name) {
    return NATS_BROKER + "." + name;
  }

  @Test
  void the_parts_of_the_bench_know_each_other_in_one_direction() {
    slices().matching("io.polyhub.bench.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nothing_but_the_server_knows_the_server() {
    noClasses()
        .that(resideOutsideOfPackage(SERVER))
        .should()
        .dependOnClassesThat(resideInAnyPackage(SERVER))
        .check(CLASSES);
  }

  /** Some of it is public only because the core itself has several packages. */
  @Test
  void nobody_outside_the_core_sees_inside_the_hub_and_the_server_only_starts_it() {
    noClasses()
        .that(resideOutsideOfPackage("io.polyhub.hub.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(HUB_LANE, HUB_SHARE, HUB_NODES, HUB_SESSION)
                .and(not(nameMatching("io\\.polyhub\\.hub\\.session\\.HubNode").forSubtype())))
        .check(CLASSES);
  }

  @Test
  void the_command_line_knows_the_server_and_the_server_its_parts() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(SERVER)
        .layer("command line")
        .definedBy("io.polyhub.server.cli..")
        .layer("server")
        .definedBy("io.polyhub.server")
        .layer("admin port")
        .definedBy("io.polyhub.server.admin..")
        .layer("configuration")
        .definedBy("io.polyhub.server.config..")
        .layer("JSON")
        .definedBy("io.polyhub.server.json..")
        .ensureAllClassesAreContainedInArchitectureIgnoring(resideOutsideOfPackage(SERVER))
        .whereLayer("command line")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("server")
        .mayOnlyBeAccessedByLayers("command line")
        .whereLayer("admin port")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("configuration")
        .mayOnlyBeAccessedByLayers("command line", "server", "admin port")
        .check(CLASSES);
  }

  @Test
  void the_core_knows_no_transport() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "io.grpc..", "io.helidon..", "graphql..")
        .check(CLASSES);
  }

  @Test
  void the_core_has_no_protocol_word_in_its_names() {
    String protocolWord = "(?i).*(mqtt|websocket|centrifug|graphql|grpc).*";

    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .haveNameMatching(protocolWord)
        .check(CLASSES);
    members()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(CORE)
        .should()
        .haveNameNotMatching(protocolWord)
        .check(CLASSES);
  }

  @Test
  void names_say_what_sets_a_class_apart() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.polyhub.proto..")
        .should()
        .haveNameMatching(
            ".*[.$]((Abstract|Default|Base)[A-Z].*|.*(Impl|Manager|Helper|Utils?|Base))")
        .check(CLASSES);
  }

  private static ArchRule onlyKnows(Map.Entry<String, List<String>> part) {
    String[] known = with(part.getValue(), part.getKey()).toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(part.getKey())
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("io.polyhub..").or(resideInAnyPackage(known)).or(NODES));
  }

  private static List<String> with(List<String> parts, String... more) {
    return Stream.concat(parts.stream(), Stream.of(more)).toList();
  }
}
