package io.polyhub.server.config;

import io.polyhub.websocket.WebAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the sections of the doors. */
final class DoorSections {

  /**
   * Every kind of door, in the order of the file. Doors open from the last to the first: on the
   * WebSocket door others' protocols are spoken, so it is the last to open and the first to close.
   */
  static final List<DoorKind> ALL =
      List.of(
          new DoorKind(
              DoorConfig.WebSocket.NAME,
              true,
              (section, shared) ->
                  optional(
                      WebSocketSection.read(section, shared.tls, shared.bind, shared.access),
                      DoorConfig.WebSocket::new)),
          // The web server cannot tell whether a connection begins with a header of that protocol.
          new DoorKind(
              DoorConfig.Http.NAME,
              false,
              (section, shared) ->
                  optional(
                      GraphQlSection.read(section, shared.tls, shared.bind, shared.access),
                      DoorConfig.Http::new)),
          new DoorKind(
              DoorConfig.Mqtt.NAME,
              true,
              (section, shared) ->
                  optional(
                      MqttSection.read(section, shared.tls, shared.bind), DoorConfig.Mqtt::new)),
          new DoorKind(
              DoorConfig.Grpc.NAME,
              true,
              (section, shared) ->
                  optional(
                      GrpcSection.read(section, shared.tls, shared.bind), DoorConfig.Grpc::new)));

  private DoorSections() {}

  /**
   * One kind of door.
   *
   * @param name its section
   * @param takesOptionalProxies whether the PROXY protocol may be optional there
   * @param reader reads the section
   */
  record DoorKind(String name, boolean takesOptionalProxies, Reader reader) {}

  /** Reads a section to its end. Returns null if the door is not enabled. */
  interface Reader {
    @Nullable DoorConfig read(Section section, Shared shared);
  }

  /** What doors use that name none of their own. */
  record Shared(TlsSection.Shared tls, String bind, WebAccess access) {}

  /** An enabled door, and the section that describes it. */
  record Found(Section section, DoorConfig door) {}

  private static <C> @Nullable DoorConfig optional(
      @Nullable C settings, Function<C, DoorConfig> door) {
    return settings == null ? null : door.apply(settings);
  }

  /** Reads the sections of all doors. Returns those that are enabled. */
  static List<Found> read(Section root, Shared shared) {
    List<Found> enabled = new ArrayList<>();
    for (DoorKind kind : ALL) {
      Section section = root.section(kind.name);
      DoorConfig door = kind.reader.read(section, shared);
      if (door != null) {
        enabled.add(new Found(section, door));
      }
    }
    return enabled;
  }
}
