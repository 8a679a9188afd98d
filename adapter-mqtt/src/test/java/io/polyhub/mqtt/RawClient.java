package io.polyhub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client that sends and expects bytes, and knows nothing of MQTT. */
final class RawClient implements AutoCloseable {

  private static final int LIMIT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(LIMIT_MILLIS);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  static RawClient open(TestDoor door) throws IOException {
    return new RawClient(new Socket(InetAddress.getLoopbackAddress(), door.port()));
  }

  static RawClient over(Socket socket) throws IOException {
    return new RawClient(socket);
  }

  /** A client of version 3.1.1 that is connected. */
  static RawClient connectV3(TestDoor door) throws IOException {
    RawClient client = open(door);
    client.send(Bytes.CONNECT_V3);
    client.expect("20 02 00 00 ; CONNACK, accepted");
    return client;
  }

  /** A client of version 5.0 that is connected. */
  static RawClient connectV5(TestDoor door) throws IOException {
    RawClient client = open(door);
    client.send(Bytes.CONNECT_V5);
    client.expect(Bytes.CONNACK_V5);
    return client;
  }

  /**
   * A client of version 5.0 of that identifier that is connected.
   *
   * @param flags the connect flags, in hexadecimal
   * @param properties in hexadecimal
   * @param rest what follows the client identifier
   */
  static RawClient connectV5(
      TestDoor door, String id, String flags, String properties, String... rest)
      throws IOException {
    RawClient client = open(door);
    client.sendConnectV5(id, flags, properties, rest);
    return client;
  }

  /** Sends the CONNECT of a client of version 5.0 of that identifier; see {@link #connectV5}. */
  void sendConnectV5(String id, String flags, String properties, String... rest)
      throws IOException {
    byte[] own = Bytes.of(properties);
    byte[] tail = Bytes.of(rest);
    send(
        Bytes.packet(
            "10",
            "00 04 'MQTT' 05 " + flags + " 00 3C",
            String.format("%02X", own.length) + Bytes.hex(own),
            "00 " + String.format("%02X", id.length()) + " '" + id + "'",
            Bytes.hex(tail)));
  }

  /** A CONNACK of 5.0 that says success, with or without a session. */
  byte[] expectAccepted(boolean sessionPresent) throws IOException {
    byte[] connack = read();
    assertThat(Bytes.hex(connack)).startsWith("20 ");
    assertThat(connack[2]).as("session present").isEqualTo((byte) (sessionPresent ? 1 : 0));
    assertThat(connack[3]).as("reason").isZero();
    return connack;
  }

  void send(String... lines) throws IOException {
    send(Bytes.of(lines));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** The next bytes are these. */
  void expect(String... lines) throws IOException {
    byte[] expected = Bytes.of(lines);
    byte[] found = in.readNBytes(expected.length);
    assertThat(Bytes.hex(found)).isEqualTo(Bytes.hex(expected));
  }

  /** The next two packets are these; the specification leaves open which comes first. */
  void expectBoth(String one, String other) throws IOException {
    String wantedOne = Bytes.hex(Bytes.of(one));
    String wantedOther = Bytes.hex(Bytes.of(other));
    assertThat(List.of(Bytes.hex(read()), Bytes.hex(read())))
        .containsExactlyInAnyOrder(wantedOne, wantedOther);
  }

  /** Nothing is on the way: the answer to a ping is the next that comes. */
  void expectNothing() throws IOException {
    send("C0 00 ; PINGREQ");
    expect("D0 00 ; PINGRESP");
  }

  /** The next whole packet. */
  byte[] read() throws IOException {
    int first = in.read();
    assertThat(first).as("a packet begins").isNotNegative();
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(first);
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.read();
      packet.write(digit);
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit >= 0x80);
    packet.writeBytes(in.readNBytes(length));
    return packet.toByteArray();
  }

  /** The server has sent all that is expected and ends the connection. */
  void expectClosed() throws IOException {
    byte[] rest;
    try {
      rest = in.readAllBytes();
    } catch (SocketException reset) {
      rest = new byte[0];
    }
    assertThat(Bytes.hex(rest)).isEmpty();
  }

  /** Everything until the server ends the connection. */
  byte[] readToEnd() throws IOException {
    return in.readAllBytes();
  }

  /** All packets until the server ends the connection. */
  List<byte[]> readPacketsToEnd() throws IOException {
    List<byte[]> packets = new ArrayList<>();
    byte[] all;
    try {
      all = in.readAllBytes();
    } catch (SocketException reset) {
      return packets;
    }
    for (int at = 0; at < all.length; at += 2 + all[at + 1]) {
      assertThat(all[at + 1]).as("a length of one byte").isNotNegative();
      packets.add(Arrays.copyOfRange(all, at, at + 2 + all[at + 1]));
    }
    return packets;
  }

  /** Does not read with more than a small buffer. */
  void readLittle() throws SocketException {
    socket.setReceiveBufferSize(4096);
  }

  /** Ends without a goodbye. */
  void vanish() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  static byte[] repeat(char c, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) c);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
