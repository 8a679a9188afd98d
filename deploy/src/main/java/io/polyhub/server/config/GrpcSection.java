package io.polyhub.server.config;

import io.polyhub.grpc.GrpcConfig;
import io.polyhub.grpc.GrpcConfig.Limits;
import io.polyhub.grpc.GrpcConfig.Timeouts;
import io.polyhub.identity.TlsFiles;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the gRPC door. */
final class GrpcSection {

  private static final Kind<Duration> TIME =
      Kind.duration(Duration.ofMillis(1), Duration.ofDays(365));

  private GrpcSection() {}

  /** Returns the door's settings, or null if there is to be none. */
  static @Nullable GrpcConfig read(Section section, TlsSection.Shared shared, String sharedBind) {
    GrpcConfig standard = GrpcConfig.STANDARD;
    boolean enabled = section.read("enabled", true, Kind.flag());
    String bind = section.read("bind", sharedBind, Kind.bind());
    int port = section.read("port", standard.port(), Kind.port());
    TlsFiles tls = TlsSection.readDoor(section.section("tls"), shared);
    boolean reflection = section.read("reflection", standard.reflection(), Kind.flag());
    Limits limits = limits(section.section("limits"));
    Timeouts timeouts = timeouts(section.section("timeouts"));
    section.end();
    GrpcConfig config =
        section.make(() -> new GrpcConfig(bind, port, tls, limits, timeouts, reflection), standard);
    return enabled ? config : null;
  }

  private static Limits limits(Section section) {
    Limits standard = Limits.STANDARD;
    Limits limits =
        section.make(
            () ->
                new Limits(
                    section.read("connections", standard.connections(), count()),
                    section.read("callsPerConnection", standard.callsPerConnection(), count()),
                    section.read("messageBytes", standard.messageBytes(), bytes()),
                    section.read("metadataBytes", standard.metadataBytes(), bytes()),
                    section.read("answerBytes", standard.answerBytes(), bytes()),
                    section.read("framesAhead", standard.framesAhead(), count()),
                    section.read("unansweredBytes", standard.unansweredBytes(), bytes()),
                    section.read("writeBytes", standard.writeBytes(), bytes()),
                    section.read("eventsWaiting", standard.eventsWaiting(), count())),
            standard);
    section.end();
    return limits;
  }

  private static Timeouts timeouts(Section section) {
    Timeouts standard = Timeouts.STANDARD;
    Timeouts timeouts =
        section.make(
            () ->
                new Timeouts(
                    section.read("handshake", standard.handshake(), TIME),
                    section.read("keepAlive", standard.keepAlive(), TIME),
                    section.read("keepAliveAnswer", standard.keepAliveAnswer(), TIME),
                    section.read("clientKeepAlive", standard.clientKeepAlive(), TIME),
                    section.read("connectionIdle", standard.connectionIdle(), TIME),
                    section.readOptional("connectionAge", TIME),
                    section.read("connectionAgeGrace", standard.connectionAgeGrace(), TIME),
                    section.read("linger", standard.linger(), TIME)),
            standard);
    section.end();
    return timeouts;
  }

  private static Kind<Integer> count() {
    return Kind.integer(1, Integer.MAX_VALUE);
  }

  private static Kind<Integer> bytes() {
    return Kind.intBytes(1, 1 << 30);
  }
}
