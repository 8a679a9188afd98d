package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers over HTTP to clients that accept gzip. */
final class CompressedAnswersTest {

  private static final String SCHEMA =
      HttpCalls.body("{ __schema { types { name description } } }", Map.of());

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterEach
  void close() {
    door.close();
  }

  private static HttpResponse<byte[]> send(HttpClient.Version version, HttpRequest.Builder request)
      throws Exception {
    try (HttpClient http = HttpClient.newBuilder().version(version).build()) {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    }
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return send(HttpClient.Version.HTTP_1_1, request);
  }

  private static String inflated(HttpResponse<byte[]> answer) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertPlain(HttpResponse<byte[]> answer) {
    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(answer.body()[0]).isEqualTo((byte) '{');
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void a_large_answer_is_compressed_where_gzip_is_accepted(HttpClient.Version version)
      throws Exception {
    HttpResponse<byte[]> plain = send(version, HttpCalls.post(door.http(), SCHEMA));
    assertPlain(plain);
    assertThat(plain.headers().allValues("Vary")).contains("Accept-Encoding");

    HttpResponse<byte[]> compressed =
        send(version, HttpCalls.post(door.http(), SCHEMA).header("Accept-Encoding", "gzip"));

    assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(compressed.headers().allValues("Vary")).contains("Accept-Encoding");
    assertThat(compressed.body()).hasSizeLessThan(plain.body().length / 2);
    assertThat(inflated(compressed)).isEqualTo(new String(plain.body(), StandardCharsets.UTF_8));
  }

  @Test
  void the_page_and_its_script_are_compressed() throws Exception {
    for (String file : new String[] {"", "/ui.js", "/ui.css"}) {
      HttpResponse<byte[]> answer =
          send(
              HttpCalls.request(URI.create(door.http() + file))
                  .header("Accept", "text/html,*/*;q=0.8")
                  .header("Accept-Encoding", "gzip, deflate, br"));
      assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(inflated(answer)).isNotEmpty();
    }
  }

  @Test
  void head_says_the_same_and_has_no_body() throws Exception {
    HttpRequest.Builder page =
        HttpCalls.request(door.http())
            .header("Accept", "text/html")
            .header("Accept-Encoding", "gzip");
    HttpResponse<byte[]> asked = send(page.copy());
    HttpResponse<byte[]> head = send(page.copy().HEAD());
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(head.headers().firstValue("Content-Length"))
        .contains(Integer.toString(asked.body().length));
  }

  @Test
  void a_small_answer_and_one_to_a_client_without_gzip_come_as_they_are() throws Exception {
    String small = HttpCalls.body("{ __typename }", Map.of());
    HttpResponse<byte[]> answer =
        send(HttpCalls.post(door.http(), small).header("Accept-Encoding", "gzip"));
    assertPlain(answer);
    assertThat(answer.headers().allValues("Vary")).doesNotContain("Accept-Encoding");
    assertPlain(
        send(HttpCalls.post(door.http(), SCHEMA).header("Accept-Encoding", "br, gzip;q=0")));
  }

  @Test
  void an_event_stream_is_not_compressed() throws Exception {
    try (EventStreamClient stream =
        EventStreamClient.open(
            HttpCalls.post(
                    door.stream(),
                    HttpCalls.body(
                        "subscription { feed(channel: \"a\") { __typename } }", Map.of()))
                .header("Accept-Encoding", "gzip"))) {
      assertThat(stream.next().toString()).contains("Subscribed");
    }
  }
}
