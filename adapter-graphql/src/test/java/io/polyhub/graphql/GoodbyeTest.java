package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How clients are told that the server goes down. */
final class GoodbyeTest {

  private static final String FEED = "subscription { feed(channel: \"a\") { __typename } }";

  private TestDoor door;

  @BeforeEach
  void open() throws IOException {
    door = TestDoor.open();
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void every_client_hears_that_it_may_come_back() {
    WebSocketClient socket = door.connect();
    socket.subscribe("s", FEED);
    socket.nextData("s");
    String token =
        HttpCalls.send(HttpCalls.request(door.stream()).PUT(HttpRequest.BodyPublishers.noBody()))
            .body();
    try (EventStreamClient stream =
            EventStreamClient.open(HttpCalls.post(door.stream(), HttpCalls.body(FEED, Map.of())));
        EventStreamClient several =
            EventStreamClient.open(
                HttpCalls.request(door.stream()).header(Streams.TOKEN_HEADER, token))) {
      stream.nextResult();
      several.nextComment();

      door.adapter().stopAccepting();
      door.hub().hub().drain(Duration.ofMillis(100));

      assertThat(socket.closed()).isEqualTo(new WebSocketClient.Closed(1012, "shutdown"));
      assertThat(stream.next().name()).isEmpty();
      assertThat(several.next().name()).isEmpty();
      HttpResponse<String> refused =
          HttpCalls.send(HttpCalls.post(door.http(), "{\"query\":\"{ __typename }\"}"));
      assertThat(refused.statusCode()).isEqualTo(503);
    }
    assertThat(door.sessions()).isZero();
  }
}
