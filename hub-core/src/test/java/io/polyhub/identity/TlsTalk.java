package io.polyhub.identity;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client and a server of TLS that talk to each other in memory. */
final class TlsTalk {

  private static final int ROOM = 64 * 1024;

  final SSLEngine client;
  final SSLEngine server;
  private final ByteBuffer toServer = ByteBuffer.allocate(ROOM);
  private final ByteBuffer toClient = ByteBuffer.allocate(ROOM);

  private TlsTalk(SSLEngine client, SSLEngine server) {
    this.client = client;
    this.server = server;
  }

  /** Shakes hands, and hands over what is sent after that. */
  static TlsTalk between(SSLContext client, LiveTls server, String protocol) throws SSLException {
    SSLEngine asking = client.createSSLEngine("localhost", 4433);
    asking.setUseClientMode(true);
    asking.setEnabledProtocols(new String[] {protocol});
    SSLEngine answering = server.context().createSSLEngine();
    answering.setUseClientMode(false);
    answering.setWantClientAuth(server.asksClients());
    TlsTalk talk = new TlsTalk(asking, answering);
    asking.beginHandshake();
    answering.beginHandshake();
    talk.exchange();
    if (asking.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
        || answering.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      throw new SSLException("the handshake stands still");
    }
    return talk;
  }

  private void exchange() throws SSLException {
    boolean moved = true;
    while (moved) {
      boolean asked = send(client, toServer, null);
      boolean answered = send(server, toClient, null);
      int heard = receive(server, toServer) + receive(client, toClient);
      moved = asked || answered || heard > 0;
    }
  }

  /** Sends bytes from the client to the server; returns how many the server got. */
  int say(byte[] bytes) throws SSLException {
    send(client, toServer, ByteBuffer.wrap(bytes));
    return receive(server, toServer);
  }

  private static boolean send(SSLEngine engine, ByteBuffer line, @Nullable ByteBuffer data)
      throws SSLException {
    boolean moved = false;
    runTasks(engine);
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
        || (data != null && data.hasRemaining())) {
      SSLEngineResult result = engine.wrap(data == null ? ByteBuffer.allocate(0) : data, line);
      runTasks(engine);
      moved |= result.bytesProduced() > 0;
      if (result.getStatus() != SSLEngineResult.Status.OK) {
        break;
      }
    }
    return moved;
  }

  private static int receive(SSLEngine engine, ByteBuffer line) throws SSLException {
    ByteBuffer data = ByteBuffer.allocate(ROOM);
    int consumed = 0;
    line.flip();
    while (line.hasRemaining()) {
      SSLEngineResult result = engine.unwrap(line, data);
      runTasks(engine);
      consumed += result.bytesConsumed();
      if (result.bytesConsumed() == 0) {
        break;
      }
    }
    line.compact();
    return data.position() > 0 ? data.position() : consumed;
  }

  private static void runTasks(SSLEngine engine) {
    Runnable task = engine.getDelegatedTask();
    while (task != null) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }
}
