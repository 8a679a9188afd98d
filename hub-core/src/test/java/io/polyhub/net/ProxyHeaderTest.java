package io.polyhub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.net.ProxyHeader.Start;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private static Start read(byte[] bytes) {
    return ProxyHeader.read(ByteBuffer.wrap(bytes));
  }

  private static Start line(String text) {
    return read(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Start binary(String hex) {
    return read(HexFormat.of().parseHex(SIGNATURE + hex));
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(Addresses.parse(address).orElseThrow(), port);
  }

  @Test
  void a_line_tells_the_client_and_what_follows_is_left() {
    String header = "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n";

    assertThat(line(header + "GET"))
        .isEqualTo(new Start.Found(header.length(), at("192.0.2.1", 56324)));
    assertThat(line("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n"))
        .isEqualTo(new Start.Found(40, at("2001:db8::1", 1)));
    assertThat(line("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 2\r\n"))
        .isEqualTo(new Start.Found(50, at("192.0.2.1", 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"})
  void a_line_without_a_client_is_read_to_its_end(String header) {
    assertThat(line(header + "\u0010")).isEqualTo(new Start.Found(header.length(), null));
  }

  @Test
  void a_binary_header_tells_the_client() {
    assertThat(binary("2111000c" + "c0000201" + "c0000202" + "dc04" + "01bb" + "16"))
        .isEqualTo(new Start.Found(28, at("192.0.2.1", 56324)));
    assertThat(
            binary(
                "21210024"
                    + "20010db8000000000000000000000001"
                    + "20010db8000000000000000000000002"
                    + "0001"
                    + "0002"))
        .isEqualTo(new Start.Found(52, at("2001:db8::1", 1)));
  }

  @Test
  void what_stands_behind_the_addresses_is_passed_over() {
    assertThat(binary("2111000f" + "c0000201" + "c0000202" + "dc04" + "01bb" + "040000"))
        .isEqualTo(new Start.Found(31, at("192.0.2.1", 56324)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // The proxy's own connection, as its health checks make them.
        "20000000",
        "2011000cc0000201c0000202dc0401bb",
        // Neither family nor protocol, and a socket of Unix, and UDP.
        "21000000",
        "210000030102ff",
        "2112000cc0000201c0000202dc0401bb"
      })
  void a_binary_header_without_a_client_is_read_to_its_end(String hex) {
    assertThat(binary(hex)).isEqualTo(new Start.Found(12 + hex.length() / 2, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY \r\n",
        "PROXY \n",
        "PROXY TCP4\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 \r\n",
        "PROXY TCP4 192.0.2.1  192.0.2.2 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n",
        "PROXY TCP4 host 192.0.2.2 1 443\r\n",
        "PROXY TCP4 2001:db8::1 192.0.2.2 1 443\r\n",
        "PROXY TCP6 192.0.2 192.0.2.2 1 443\r\n",
        "PROXY UDP4 192.0.2.1 192.0.2.2 1 443\r\n",
        "PROXY proxy 192.0.2.1 192.0.2.2 1 443\r\n"
      })
  void a_line_that_is_not_right_is_malformed(String header) {
    assertThat(line(header)).isInstanceOf(Start.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "11110000",
        "31110000",
        "22110000",
        "2f110000",
        // Too short for its addresses, and longer than anything that is read.
        "2111000bc0000201c0000202dc0401",
        "21110800"
      })
  void a_binary_header_that_is_not_right_is_malformed(String hex) {
    assertThat(binary(hex)).isInstanceOf(Start.Malformed.class);
  }

  @Test
  void a_line_that_does_not_end_is_malformed() {
    assertThat(line("PROXY " + "x".repeat(100))).isInstanceOf(Start.More.class);
    assertThat(line("PROXY " + "x".repeat(101))).isInstanceOf(Start.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n",
        "\u0010\u0010\u0000",
        "\r\n\r\nx",
        "proxy "
      })
  void what_begins_otherwise_has_none(String text) {
    assertThat(line(text)).isInstanceOf(Start.Absent.class);
  }

  @Test
  void until_it_is_whole_more_is_waited_for() {
    byte[] text =
        "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] binary =
        HexFormat.of().parseHex(SIGNATURE + "2111000f" + "c0000201c0000202dc0401bb" + "040000");

    for (byte[] header : new byte[][] {text, binary}) {
      for (int size = 0; size < header.length; size++) {
        assertThat(read(Arrays.copyOf(header, size))).isInstanceOf(Start.More.class);
      }
      assertThat(read(header)).isInstanceOf(Start.Found.class);
    }
  }
}
