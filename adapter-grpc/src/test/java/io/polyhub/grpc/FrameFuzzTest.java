package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.polyhub.channel.Cursor;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.HistoryRequest;
import java.io.ByteArrayInputStream;

/** Whatever bytes a client sends, they become a request or a refusal, never an exception. */
class FrameFuzzTest {

  private static final int LIMIT = 4 * 1024;

  private final DecodingMarshaller<ClientFrame> frames =
      new DecodingMarshaller<>(ClientFrame.parser(), LIMIT);
  private final DecodingMarshaller<HistoryRequest> histories =
      new DecodingMarshaller<>(HistoryRequest.parser(), LIMIT);

  @FuzzTest
  void any_bytes_become_a_request_or_a_refusal(byte[] bytes) {
    Decoded<ClientFrame> decoded = frames.parse(new ByteArrayInputStream(bytes));
    assertThat(decoded.bytes()).isEqualTo(Math.min(bytes.length, LIMIT + 1));
    ClientFrame frame = decoded.message();
    if (frame != null) {
      Outcome<PublishRequest> publish = GrpcRequests.publish(frame.getPublish());
      if (publish instanceof Outcome.Done<PublishRequest>(PublishRequest request)) {
        assertThat(request.payload()).hasSize(frame.getPublish().getPayload().size());
      }
      Outcome<SubscribeRequest> subscribe =
          GrpcRequests.subscribe(frame.getSubscribe(), filter -> true, 1L);
      if (subscribe instanceof Outcome.Done<SubscribeRequest>(SubscribeRequest request)
          && request.start() instanceof SubscribeRequest.Start.Since(Cursor cursor)) {
        assertThat(Cursor.parse(cursor.text())).contains(cursor);
      }
    }
    HistoryRequest history = histories.parse(new ByteArrayInputStream(bytes)).message();
    if (history != null
        && GrpcRequests.history(history)
            instanceof Outcome.Done<io.polyhub.hub.HistoryRequest>(var request)) {
      assertThat(request.limit()).isNotNegative();
    }
  }
}
