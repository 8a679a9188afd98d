package io.polyhub.server;

import io.polyhub.server.config.LoadedConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A server on free ports, and connections to it from several of this machine's addresses. */
final class NearServer {

  /** How long anything may take that takes moments on a machine at rest. */
  static final int LIMIT_MILLIS = 30_000;

  private NearServer() {}

  static Server start(String more) throws Exception {
    return Server.start(LoadedConfig.parse(ServerTest.ANYWHERE + more).config());
  }

  /** A connection from one of this machine's many addresses. */
  static Socket connect(Server server, String door, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port(door)), LIMIT_MILLIS);
    socket.setSoTimeout(LIMIT_MILLIS);
    return socket;
  }
}
