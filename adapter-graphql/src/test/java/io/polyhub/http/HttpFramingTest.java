package io.polyhub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.http.HttpFraming.Step;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 sections 2, 3, 5, 6 and 7. In literals, | stands for CR LF. */
final class HttpFramingTest {

  private static final int MAX_HEAD = 256;
  private static final int MAX_BODY = 32;
  private static final String HOST = "Host: a|";
  private static final String POST = "POST /x HTTP/1.1|" + HOST;
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked||";

  private static byte[] bytes(String literal) {
    return literal.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** What is passed on of the input, which comes in pieces of that size. */
  private static String passed(String literal, int piece) throws Refused {
    HttpFraming framing = new HttpFraming(MAX_HEAD, MAX_BODY);
    ByteArrayOutputStream passed = new ByteArrayOutputStream();
    byte[] input = bytes(literal);
    for (int at = 0; at < input.length; at += piece) {
      framing.feed(Arrays.copyOfRange(input, at, Math.min(input.length, at + piece)));
      for (Step step = framing.next(); !(step instanceof Step.More); step = framing.next()) {
        passed.writeBytes(
            switch (step) {
              case Step.Head(HttpHead head) -> head.bytes();
              case Step.Body(byte[] bytes, boolean _) -> bytes;
              case Step.More _ -> throw new AssertionError("not reached");
            });
      }
      assertThat(framing.held()).isLessThanOrEqualTo(MAX_HEAD + MAX_BODY + piece);
    }
    assertThat(framing.isBetween()).describedAs("whole").isTrue();
    return passed.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "|");
  }

  private static void assertRefused(String literal, int status) {
    for (int piece : new int[] {1, 3, 10_000}) {
      assertThatThrownBy(() -> passed(literal, piece))
          .describedAs(literal)
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.status()).isEqualTo(status));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1|" + HOST + "|",
        "GET /?a=b%20c HTTP/1.1|host:a:8080 \t|X: \u00e9\tb|Empty:||",
        "OPTIONS * HTTP/1.1|" + HOST + "|",
        POST + "Content-Length: 3||abc" + "GET / HTTP/1.1|" + HOST + "|",
        POST + "Content-Length: 0||",
        "GET / HTTP/1.1|Host: [::1]:80||"
      })
  void requests_that_are_right_are_passed_on_as_they_are(String request) throws Refused {
    assertThat(passed(request, 1)).isEqualTo(request);
    assertThat(passed(request, 10_000)).isEqualTo(request);
  }

  @Test
  void chunks_are_written_anew_without_extensions_and_trailers() throws Refused {
    String request = CHUNKED + "3;a=\"b\"|abc|0A|0123456789|000|X: y||";

    assertThat(passed(request, 10_000)).isEqualTo(CHUNKED + "3|abc|a|0123456789|0||");
    assertThat(passed(CHUNKED + "3|abc|0||", 1)).isEqualTo(CHUNKED + "1|a|1|b|1|c|0||");
  }

  @Test
  void a_target_with_the_hosts_name_is_cut_to_its_path() throws Refused {
    assertThat(passed("GET http://A/b?c HTTP/1.1|" + HOST + "|", 9))
        .isEqualTo("GET /b?c HTTP/1.1|" + HOST + "|");
    assertThat(passed("GET https://a HTTP/1.1|" + HOST + "|", 9))
        .isEqualTo("GET / HTTP/1.1|" + HOST + "|");
    assertRefused("GET http://b/c HTTP/1.1|" + HOST + "|", 400);
  }

  @Test
  void one_empty_line_before_a_request_is_passed_over() throws Refused {
    assertThat(passed("|GET / HTTP/1.1|" + HOST + "|", 1)).isEqualTo("GET / HTTP/1.1|Host: a||");
    assertRefused("||GET / HTTP/1.1|" + HOST + "|", 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Which of the two lengths?
        POST + "Content-Length: 3|Content-Length: 4||abcd",
        POST + "Content-Length: 3|Content-Length: 3||abc",
        POST + "Content-Length: 3, 3||abc",
        POST + "Content-Length: +3||abc",
        POST + "Content-Length: -3||abc",
        POST + "Content-Length: 0x3||abc",
        POST + "Content-Length: 3 3||abc",
        POST + "Content-Length: ||",
        POST + "Content-Length: 99999999999999999999||",
        // A length beside chunks.
        POST + "Content-Length: 3|Transfer-Encoding: chunked||0||",
        POST + "Transfer-Encoding: chunked|Content-Length: 0||0||",
        // Chunked, but not quite.
        POST + "Transfer-Encoding: xchunked||0||",
        POST + "Transfer-Encoding: identity||",
        POST + "Transfer-Encoding: \"chunked\"||0||",
        POST + "Transfer-Encoding: chunked, identity||0||",
        POST + "Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||",
        POST + "Transfer-Encoding: \u000bchunked||0||",
        POST + "Transfer-Encoding : chunked||0||",
        POST + "Transfer-Encoding||0||",
        POST + " folded: x||",
        POST + "X: y| folded||",
        // Lines.
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1|Host: a\n|",
        "GET / HTTP/1.1|Host: a\rX: y||",
        "GET / HTTP/1.1|" + HOST + "X: a\u0000b||",
        // Request lines.
        "GET  / HTTP/1.1|" + HOST + "|",
        "GET / HTTP/1.1 |" + HOST + "|",
        " GET / HTTP/1.1|" + HOST + "|",
        "GET /|" + HOST + "|",
        "GET / http/1.1|" + HOST + "|",
        "G(T / HTTP/1.1|" + HOST + "|",
        "GET /\u00e9 HTTP/1.1|" + HOST + "|",
        "GET x HTTP/1.1|" + HOST + "|",
        "CONNECT a:80 HTTP/1.1|" + HOST + "|",
        // Whom is it for?
        "GET / HTTP/1.1||",
        "GET / HTTP/1.1|" + HOST + HOST + "|",
        "GET / HTTP/1.1|Host: ||",
        "GET / HTTP/1.1|Host: a b||",
        "GET / HTTP/1.1|Host: a@b||",
        "GET / HTTP/1.1|Host: a/b||",
        // Chunks.
        CHUNKED + "+3|abc|0||",
        CHUNKED + "0x3|abc|0||",
        CHUNKED + " 3|abc|0||",
        CHUNKED + "3 |abc|0||",
        CHUNKED + "|",
        CHUNKED + "g|",
        CHUNKED + "3\nabc|0||",
        CHUNKED + "3;a\n|abc|0||",
        CHUNKED + "3|abcd|0||",
        CHUNKED + "3|abc0||",
        CHUNKED + "3|abc\n0||",
        CHUNKED + "000000003|abc|0||",
        CHUNKED + "fffffffffffffff0|",
        CHUNKED + "0|GET /evil HTTP/1.1||",
        CHUNKED + "0|bad name: x||"
      })
  void what_another_reader_might_take_for_something_else_is_refused(String request) {
    assertRefused(request, 400);
  }

  @ParameterizedTest
  @CsvSource({"GET / HTTP/1.0,505", "GET / HTTP/9.9,505", "PRI * HTTP/2.0,505"})
  void other_versions_are_named(String line, int status) {
    assertRefused(line + "|" + HOST + "|", status);
  }

  @Test
  void codings_that_are_not_known_are_named() {
    assertRefused(POST + "Transfer-Encoding: gzip, chunked||0||", 501);
  }

  @Test
  void a_body_is_bounded_before_any_of_it_is_taken() {
    assertRefused(POST + "Content-Length: 33||", 413);
    assertRefused(CHUNKED + "21|", 413);
    assertRefused(CHUNKED + "20000000|", 413);
    assertRefused(CHUNKED + "10|0123456789abcdef|11|", 413);
  }

  @Test
  void a_head_and_trailers_are_bounded() {
    assertRefused("GET /" + "x".repeat(MAX_HEAD), 414);
    assertRefused("GET / HTTP/1.1|" + "X: y|".repeat(MAX_HEAD), 431);
    assertRefused(CHUNKED + "0|" + "X: y|".repeat(MAX_HEAD), 431);
    assertRefused(CHUNKED + "1;" + "x".repeat(HttpFraming.MAX_CHUNK_LINE), 400);
  }

  @Test
  void nothing_is_held_between_requests() throws Refused {
    HttpFraming framing = new HttpFraming(MAX_HEAD, MAX_BODY);
    framing.feed(bytes(POST + "Content-Length: 3||ab"));
    assertThat(framing.next()).isInstanceOf(Step.Head.class);
    assertThat(framing.next()).isInstanceOf(Step.Body.class);
    assertThat(framing.held()).isEqualTo(2);
    framing.feed(bytes("c"));
    assertThat(framing.next()).isInstanceOf(Step.Body.class);
    assertThat(framing.held()).isZero();
    assertThat(framing.next()).isInstanceOf(Step.More.class);
    assertThat(framing.isBetween()).isTrue();
  }
}
