package io.polyhub.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Passes one connection on to a port of this machine, what the server says byte by byte. */
final class DrippingProxy implements AutoCloseable {

  private final ServerSocket listener;
  private final int target;

  private DrippingProxy(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  static DrippingProxy to(int target) throws IOException {
    DrippingProxy proxy =
        new DrippingProxy(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), target);
    Thread.ofVirtual().start(proxy::run);
    return proxy;
  }

  int port() {
    return listener.getLocalPort();
  }

  private void run() {
    try (Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      client.setTcpNoDelay(true);
      Thread up = Thread.ofVirtual().start(() -> passOn(client, server));
      drip(server.getInputStream(), client.getOutputStream());
      up.join();
    } catch (IOException ended) {
      // Either side has ended; so does this.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void passOn(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException ended) {
      // Either side has ended; so does this.
    }
  }

  private static void drip(InputStream in, OutputStream out) throws IOException {
    for (int b = in.read(); b >= 0; b = in.read()) {
      out.write(b);
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
