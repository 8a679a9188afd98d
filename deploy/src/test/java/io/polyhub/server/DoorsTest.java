package io.polyhub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.Broker;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.server.cli.Logs;
import io.polyhub.server.config.BrokerConfig;
import io.polyhub.server.config.LoadedConfig;
import io.polyhub.server.config.ServerConfig;
import io.polyhub.websocket.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class DoorsTest {

  static {
    Logs.quiet(System.err);
  }

  /** CONNECT of MQTT 3.1.1: clean session, no keep alive, client identifier {@code abcd}. */
  private static final byte[] CONNECT =
      HexFormat.of().parseHex("101000044d51545404020000000461626364");

  /** Whether the server ended it, within a limit that no keep-alive cuts short. */
  private static boolean isEnded(Socket socket) throws IOException {
    socket.setSoTimeout(NearServer.LIMIT_MILLIS);
    try {
      while (socket.getInputStream().read() >= 0) {
        // Whatever it says before it goes.
      }
      return true;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  private static int port(Doors doors, String name) {
    return doors.listeners().stream()
        .filter(listener -> listener.name().equals(name))
        .findFirst()
        .orElseThrow()
        .port();
  }

  @Test
  void doors_that_close_end_the_connections_that_the_hub_has_not_ended() throws Exception {
    ServerConfig config = LoadedConfig.parse(ServerTest.ANYWHERE).config();
    MeterRegistry registry = new SimpleMeterRegistry();
    Clock clock = Clock.systemUTC();
    EmbeddedConfig stored = ((BrokerConfig.Embedded) config.broker()).settings();
    try (Broker broker = EmbeddedBroker.open(stored, registry, clock);
        Gatekeeper gate = Gatekeeper.start(config.auth(), clock, registry);
        HubNode hub =
            HubNode.start(broker, config.rules(), config.limits(), gate, registry, clock);
        EventLoops loops = EventLoops.start(hub, 1)) {
      Socket client;
      try (Doors doors =
          new Doors(config, hub, loops, new Entrances(config.network(), registry), registry)) {
        doors.open();
        client = new Socket(InetAddress.getLoopbackAddress(), port(doors, "mqtt"));
        client.getOutputStream().write(CONNECT);
        assertThat(client.getInputStream().readNBytes(4)).isEqualTo(new byte[] {0x20, 2, 0, 0});
      }

      assertThat(isEnded(client)).isTrue();
      client.close();
    }
  }
}
