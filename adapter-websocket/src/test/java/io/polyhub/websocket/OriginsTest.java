package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {

  @ParameterizedTest
  @CsvSource({
    "http://a.example,        a.example,      true",
    "https://a.example,       a.example,      true",
    "https://A.example,       a.EXAMPLE,      true",
    "https://a.example:443,   a.example,      true",
    "https://a.example,       a.example:443,  true",
    "http://a.example,        a.example:80,   true",
    "http://a.example:8000,   a.example:8000, true",
    "http://[::1]:8000,       [::1]:8000,     true",
    "http://a.example:8001,   a.example:8000, false",
    "https://a.example:8443,  a.example,      true",
    "http://[::1]:8000,       [::1],          true",
    "http://a.example,        a.example:8000, false",
    "http://a.example,        b.example,      false",
    "http://a.example.evil,   a.example,      false",
    "http://evil/a.example,   a.example,      false",
    "http://a.example@evil,   a.example,      false",
    "null,                    a.example,      false",
    "a.example,               a.example,      false",
    "http://,                 a.example,      false",
    "'http://a b',            a.example,      false",
  })
  void pages_of_the_same_host_are_allowed(String origin, String host, boolean allowed) {
    assertThat(new Origins(List.of()).allows(origin, host)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080,     localhost:8000,   true",
    "http://localhost:8080,     LocalHost:8000,   true",
    "https://hub.example:8080,  hub.example:8000, true",
    "https://hub.example:8080,  hub.example,      true",
    "http://[::1]:8080,         [::1]:8000,       true",
    "http://localhost:8081,     localhost:8000,   false",
    "http://localhost,          localhost:8000,   false",
    "http://127.0.0.1:8080,     localhost:8000,   false",
    "http://evil.example:8080,  localhost:8000,   false",
    "http://localhost.evil:8080, localhost:8000,  false",
    "http://a@localhost:8080,   localhost:8000,   false",
    "ftp://localhost:8080,      localhost:8000,   false",
    "null,                      localhost:8000,   false",
  })
  void the_page_on_our_own_port_is_told_from_others_of_the_host(
      String origin, String host, boolean own) {
    assertThat(Origins.isOfHostAndPort(origin, host, 8080)).isEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource({
    "https://hub.example,   443, true",
    "http://hub.example,    80,  true",
    "https://hub.example,   80,  false",
    "http://hub.example,    443, false",
  })
  void a_page_on_the_port_that_its_scheme_stands_for_names_no_port(
      String origin, int port, boolean own) {
    assertThat(Origins.isOfHostAndPort(origin, "hub.example:8000", port)).isEqualTo(own);
  }

  @Test
  void patterns_stand_beside_the_host() {
    Origins origins = new Origins(List.of("https://*.example.com", "http://localhost:3000"));
    assertThat(origins.allows("https://app.example.com", "hub")).isTrue();
    assertThat(origins.allows("https://a.b.Example.com", "hub")).isTrue();
    assertThat(origins.allows("http://localhost:3000", "hub")).isTrue();
    assertThat(origins.allows("https://example.com", "hub")).isFalse();
    assertThat(origins.allows("https://evil.example/x.example.com", "hub")).isFalse();
    assertThat(origins.allows("https://x.example.com.evil", "hub")).isFalse();
    assertThat(origins.allows("http://hub", "hub")).isTrue();
    assertThat(origins.allows("http://hub.evil", "hub")).isFalse();
  }

  @Test
  void clients_that_are_no_browsers_and_a_star_are_let_through() {
    assertThat(new Origins(List.of("https://a")).allows(null, "hub")).isTrue();
    assertThat(new Origins(List.of("*")).allows("null", "hub")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.example", "https://", "https://a/path", "https://a b", "**"})
  void what_is_no_pattern_is_told_apart(String text) {
    assertThat(Origins.isPattern(text)).isFalse();
  }
}
