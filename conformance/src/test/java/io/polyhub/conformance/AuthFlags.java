package io.polyhub.conformance;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Puts right what Paho 1.2.5 gets wrong: it sets a reserved flag of AUTH (MQTT 5.0 section 2.1.3),
 * for which a server has to end the connection. Paho writes each packet by itself.
 */
final class AuthFlags extends SocketFactory {

  private static final byte WRONG = (byte) 0xF1;
  private static final byte RIGHT = (byte) 0xF0;

  @Override
  public Socket createSocket() {
    return new Socket() {
      @Override
      public OutputStream getOutputStream() throws IOException {
        return new Corrected(super.getOutputStream());
      }
    };
  }

  private static final class Corrected extends FilterOutputStream {

    Corrected(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (length > 0 && bytes[from] == WRONG) {
        bytes[from] = RIGHT;
      }
      out.write(bytes, from, length);
    }
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException("Paho connects by itself");
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException("Paho connects by itself");
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException("Paho connects by itself");
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException("Paho connects by itself");
  }
}
