package io.polyhub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {

  private static final TrustedProxies PROXIES =
      new TrustedProxies(
          List.of(
              AddressRange.parse("10.0.0.0/8").orElseThrow(),
              AddressRange.parse("2001:db8::/32").orElseThrow()));

  private static InetSocketAddress at(String address) {
    return new InetSocketAddress(Addresses.parse(address).orElseThrow(), 1234);
  }

  private static String client(String peer, String... forwarded) {
    return PROXIES.client(at(peer), List.of(forwarded)).getAddress().getHostAddress();
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 192.0.2.1, 192.0.2.1",
    "10.1.2.3, '192.0.2.7, 192.0.2.1', 192.0.2.1",
    "10.1.2.3, '192.0.2.7, 192.0.2.1,10.9.9.9', 192.0.2.1",
    "10.1.2.3, 10.4.4.4, 10.4.4.4",
    "10.1.2.3, 192.0.2.1:4711, 192.0.2.1",
    "10.1.2.3, '[2001:db9::1]:80', 2001:db9:0:0:0:0:0:1",
    "10.1.2.3, 2001:db9::1, 2001:db9:0:0:0:0:0:1",
    "2001:db8::1, 192.0.2.1, 192.0.2.1",
    "10.1.2.3, unknown, 10.1.2.3",
    "10.1.2.3, '', 10.1.2.3",
    "10.1.2.3, '192.0.2.1, nonsense', 10.1.2.3",
    "10.1.2.3, '192.0.2.1, nonsense, 10.9.9.9', 10.9.9.9",
    "10.1.2.3, localhost, 10.1.2.3",
    "192.0.2.9, 192.0.2.1, 192.0.2.9"
  })
  void the_client_is_the_last_address_that_no_trusted_proxy_has(
      String peer, String forwarded, String client) {
    assertThat(client(peer, forwarded)).isEqualTo(client);
  }

  @Test
  void several_headers_are_one_list() {
    assertThat(client("10.1.2.3", "192.0.2.7, 192.0.2.1", "10.9.9.9")).isEqualTo("192.0.2.1");
  }

  @Test
  void without_a_header_the_client_is_the_peer_with_its_port() {
    assertThat(PROXIES.client(at("10.1.2.3"), List.of())).isEqualTo(at("10.1.2.3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "10.0.0.0/33",
        "10.0.0.1/8",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "host",
        "10.1/16",
        "2001:db8::/129",
        "2001:db8::1/32",
        "fe80::1%lo",
        "010.0.0.0/8",
        "1",
        ":"
      })
  void what_is_no_range_of_addresses_is_told(String text) {
    assertThat(AddressRange.parse(text)).isEmpty();
  }

  @Test
  void a_single_address_is_a_range() {
    AddressRange one = AddressRange.parse("192.0.2.1").orElseThrow();

    assertThat(one).hasToString("192.0.2.1/32");
    assertThat(one.contains(at("192.0.2.1").getAddress())).isTrue();
    assertThat(one.contains(at("192.0.2.2").getAddress())).isFalse();
    assertThat(one.contains(at("2001:db8::1").getAddress())).isFalse();
  }

  @Test
  void a_range_has_no_bits_behind_its_prefix() {
    assertThatThrownBy(() -> new AddressRange(at("10.0.0.1").getAddress(), 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first: 10.0.0.1 (expected: no bit set behind the first 8)");
  }
}
