package io.polyhub.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.http.Accepts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Whatever comes, it is read or refused, within bounds. */
class GraphQlFuzzTest {

  private static final Documents DOCUMENTS =
      new Documents(HubSchema.build(), GraphQlConfig.STANDARD, 1000, new SimpleMeterRegistry());

  @FuzzTest
  void messages_are_read_or_refused(byte[] message) {
    ClientMessageDecoder.decode(message)
        .ifPresent(read -> {
          if (read instanceof ClientMessage.Ping ping) {
            assertThat(Json.readObject(ServerMessages.pong(ping.payload()))).isPresent();
          }
          if (read instanceof ClientMessage.Subscribe subscribe) {
            assertThat(subscribe.id()).isNotEmpty();
            assertThat(GraphQlCloseCode.duplicate(subscribe.id()).reason()).isNotEmpty();
            assertThat(Json.write(subscribe.id())).isNotEmpty();
          }
        });
  }

  @FuzzTest
  void json_that_was_read_can_be_written_and_read_again(byte[] json) {
    Json.readObject(json)
        .ifPresent(read -> assertThat(Json.readObject(Json.write(read))).contains(read));
  }

  @FuzzTest
  void documents_are_prepared_or_refused(byte[] document) {
    GraphQlRequest request =
        new GraphQlRequest(
            new String(document, StandardCharsets.UTF_8), null, Map.of(), Map.of(), null);
    if (DOCUMENTS.prepare(request) instanceof Documents.Prepared.Bad bad) {
      assertThat(bad.errors()).isNotEmpty();
      assertThat(GraphQlEngine.errors(bad.errors())).isNotEmpty();
    }
    assertThat(DOCUMENTS.size())
        .isLessThanOrEqualTo(GraphQlConfig.DocumentBounds.STANDARD.cached());
  }

  @FuzzTest
  void accept_headers_are_understood_or_passed_over(byte[] header) {
    Accepts accepts = Accepts.of(List.of(new String(header, StandardCharsets.ISO_8859_1)));
    AnswerTypes.response(accepts).ifPresent(type -> assertThat(type).startsWith("application/"));
  }
}
