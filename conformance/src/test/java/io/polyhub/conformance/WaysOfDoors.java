package io.polyhub.conformance;

import com.google.protobuf.Descriptors.Descriptor;
import graphql.language.FieldDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.polyhub.graphql.GraphQlAdapter;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Subscribe;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** All that a client can say at each door, read from what defines its protocol. */
final class WaysOfDoors {

  private static final Pattern MQTT_PROPERTY =
      Pattern.compile("\\| (?:CONNECT|SUBSCRIBE|PUBLISH) \\| `(polyhub-[a-z-]+)");

  private WaysOfDoors() {}

  static Set<String> of(Door door) {
    return switch (door) {
      case WEBSOCKET -> websocket();
      // The commands are those of WebSocket, and so are the ways.
      case HTTP_STREAM -> Set.of();
      case GRAPHQL -> graphQl();
      case MQTT -> mqtt();
      case GRPC -> grpc();
    };
  }

  /** What shows nothing of a channel by itself, as names divided by spaces. */
  static String showingNothing(Door door) {
    return switch (door) {
      case HTTP_STREAM -> "";
      case WEBSOCKET ->
          """
          unsubscribe ping send rpc refresh sub_refresh
          connect.token connect.data connect.name connect.version connect.headers connect.flag
          connect.dict connect.profile
          subscribe.channel subscribe.token subscribe.epoch subscribe.offset subscribe.data
          subscribe.positioned subscribe.recoverable subscribe.delta subscribe.tf subscribe.flag
          subscribe.type subscribe.phase subscribe.cursor subscribe.limit subscribe.asc\
          """;
      case GRAPHQL ->
          """
          query_me mutation_refresh
          messages(channel) messages(filter) messages(mustRecover) messages(noLocal)
          messages(token) feed(channel) feed(filter) feed(mustRecover) feed(noLocal) feed(token)
          presence(channel) presence(token)\
          """;
      case MQTT ->
          """
          CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP
          DISCONNECT AUTH polyhub-cursor polyhub-idempotency-key\
          """;
      case GRPC ->
          """
          rpc_Connect frame_hello frame_unsubscribe frame_refresh
          subscribe.filter subscribe.now subscribe.if_unrecoverable subscribe.no_local
          subscribe.token\
          """;
    };
  }

  private static Set<String> websocket() {
    Set<String> all = fields("", Command.getDescriptor());
    all.remove("id");
    all.addAll(fields("connect.", ConnectRequest.getDescriptor()));
    all.addAll(fields("subscribe.", SubscribeRequest.getDescriptor()));
    return all;
  }

  private static Set<String> grpc() {
    Set<String> all = fields("frame ", ClientFrame.getDescriptor());
    all.remove("frame id");
    all.addAll(fields("subscribe.", Subscribe.getDescriptor()));
    HubGrpc.getServiceDescriptor()
        .getMethods()
        .forEach(method -> all.add("rpc " + method.getBareMethodName()));
    return all;
  }

  private static Set<String> fields(String prefix, Descriptor message) {
    Set<String> all = new TreeSet<>();
    message.getFields().forEach(field -> all.add(prefix + field.getName()));
    return all;
  }

  private static Set<String> graphQl() {
    Set<String> all = new TreeSet<>(Set.of("Last-Event-ID"));
    try (InputStream stream = GraphQlAdapter.class.getResourceAsStream("schema.graphqls");
        Reader text =
            new InputStreamReader(Objects.requireNonNull(stream), StandardCharsets.UTF_8)) {
      TypeDefinitionRegistry schema = new SchemaParser().parse(text);
      for (String root : Set.of("Query", "Mutation", "Subscription")) {
        ObjectTypeDefinition type = schema.getTypeOrNull(root, ObjectTypeDefinition.class);
        for (FieldDefinition field : Objects.requireNonNull(type).getFieldDefinitions()) {
          all.add(root.toLowerCase(Locale.ROOT) + " " + field.getName());
          if (root.equals("Subscription")) {
            field
                .getInputValueDefinitions()
                .forEach(value -> all.add(field.getName() + "(" + value.getName() + ")"));
          }
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return all;
  }

  /** The packets, and the properties of our own that a client may send. */
  private static Set<String> mqtt() {
    Set<String> all = new TreeSet<>();
    try {
      for (Object type : Class.forName("io.polyhub.mqtt.packet.PacketType").getEnumConstants()) {
        all.add(type.toString());
      }
      MQTT_PROPERTY
          .matcher(Files.readString(Path.of("..", "docs", "mqtt.md")))
          .results()
          .forEach(found -> all.add(found.group(1)));
    } catch (ClassNotFoundException | IOException gone) {
      throw new AssertionError(gone);
    }
    return all;
  }
}
