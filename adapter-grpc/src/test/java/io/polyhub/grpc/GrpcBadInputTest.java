package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.polyhub.hub.Limits;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.Credentials;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.CloseReason;
import io.polyhub.proto.v1.ErrorCode;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.Refresh;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import io.polyhub.proto.v1.Unsubscribe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not as the contract says gets its coded answer, and nobody else notices. */
class GrpcBadInputTest {

  private TestDoor door;
  private StreamClient witness;

  @BeforeEach
  void open() throws Exception {
    door = TestDoor.start();
    witness = door.welcomed();
    witness.subscribed("witness");
  }

  @AfterEach
  void close() throws Exception {
    door.calls().publish(publishTo("witness"));
    assertThat(witness.message().getPublication().getChannel()).isEqualTo("witness");
    witness.requests().cancel("done", null);
    door.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("firstFrames")
  void a_first_frame_that_is_no_hello_ends_the_stream(String what, ClientFrame frame)
      throws Exception {
    StreamClient client = door.stream();
    client.send(frame.toBuilder());

    assertThat(client.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_PROTOCOL_ERROR);
    assertThat(client.endCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  static Stream<Arguments> firstFrames() {
    Hello hello = Hello.getDefaultInstance();
    return Stream.of(
        Arguments.of("nothing", ClientFrame.getDefaultInstance()),
        Arguments.of("hello of id 0", ClientFrame.newBuilder().setHello(hello).build()),
        Arguments.of(
            "publish",
            ClientFrame.newBuilder().setId(1).setPublish(Publish.getDefaultInstance()).build()),
        Arguments.of(
            "subscribe",
            ClientFrame.newBuilder().setId(1).setSubscribe(Subscribe.getDefaultInstance()).build()),
        Arguments.of(
            "refresh",
            ClientFrame.newBuilder().setId(1).setRefresh(Refresh.getDefaultInstance()).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("laterFrames")
  void a_later_frame_out_of_order_ends_the_session(String what, ClientFrame frame)
      throws Exception {
    StreamClient client = door.welcomed();
    client.send(frame.toBuilder());

    assertThat(client.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_PROTOCOL_ERROR);
    assertThat(client.endCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    TestDoor.await(() -> door.hub().hub().sessionCount() == 1);
  }

  static Stream<Arguments> laterFrames() {
    return Stream.of(
        Arguments.of("nothing", ClientFrame.newBuilder().setId(5).build()),
        Arguments.of(
            "a second hello",
            ClientFrame.newBuilder().setId(5).setHello(Hello.getDefaultInstance()).build()),
        Arguments.of(
            "subscribe of id 0",
            ClientFrame.newBuilder().setSubscribe(Subscribe.newBuilder().setFilter("a")).build()),
        Arguments.of(
            "unsubscribe of id 0",
            ClientFrame.newBuilder().setUnsubscribe(Unsubscribe.getDefaultInstance()).build()),
        Arguments.of(
            "refresh of id 0",
            ClientFrame.newBuilder().setRefresh(Refresh.getDefaultInstance()).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRequests")
  void a_bad_request_is_refused_and_the_session_goes_on(
      String what, ClientFrame.Builder frame, ErrorCode code) throws Exception {
    StreamClient client = door.welcomed();
    client.send(frame.setId(77));

    ServerFrame answer = client.next();
    assertThat(answer.getId()).isEqualTo(77);
    assertThat(answer.getError().getCode()).isEqualTo(code);
    client.published("still/here", "x");
  }

  static Stream<Arguments> badRequests() {
    List<Arguments> requests = new ArrayList<>();
    for (String name :
        List.of("", "a/+", "#", "a+b", "nul\0", "x".repeat(2_000), "/".repeat(10_000))) {
      requests.add(
          Arguments.of(
              "publish to " + abbreviate(name),
              publish(Publish.newBuilder().setChannel(name)),
              ErrorCode.ERROR_CODE_INVALID_CHANNEL));
    }
    for (String filter : List.of("", "a#", "#/a", "+a", "nul\0", "/".repeat(10_000))) {
      requests.add(
          Arguments.of(
              "subscribe to " + abbreviate(filter),
              subscribe(Subscribe.newBuilder().setFilter(filter)),
              ErrorCode.ERROR_CODE_INVALID_FILTER));
    }
    for (String cursor : List.of("", "x", "a-b", "-1", "e-1.e-2", "x".repeat(10_000))) {
      requests.add(
          Arguments.of(
              "since " + abbreviate(cursor),
              subscribe(Subscribe.newBuilder().setFilter("a").setSince(cursor)),
              ErrorCode.ERROR_CODE_INVALID_CURSOR));
    }
    for (Duration time :
        List.of(
            Duration.getDefaultInstance(),
            Duration.newBuilder().setSeconds(-5).build(),
            Duration.newBuilder().setNanos(-5).build(),
            Duration.newBuilder().setSeconds(1).setNanos(2_000_000_000).build(),
            Duration.newBuilder().setSeconds(Long.MAX_VALUE).build())) {
      requests.add(
          Arguments.of(
              "time to live " + time,
              publish(Publish.newBuilder().setChannel("a").setTimeToLive(time)),
              ErrorCode.ERROR_CODE_INVALID_REQUEST));
    }
    requests.add(
        Arguments.of(
            "a long idempotency key",
            publish(Publish.newBuilder().setChannel("a").setIdempotencyKey("k".repeat(300))),
            ErrorCode.ERROR_CODE_INVALID_REQUEST));
    requests.add(
        Arguments.of(
            "a wildcard to answer to",
            publish(Publish.newBuilder().setChannel("a").setReplyTo("b/#")),
            ErrorCode.ERROR_CODE_INVALID_REQUEST));
    requests.add(
        Arguments.of(
            "a large payload",
            publish(
                Publish.newBuilder()
                    .setChannel("a")
                    .setPayload(ByteString.copyFrom(new byte[70_000]))),
            ErrorCode.ERROR_CODE_TOO_LARGE));
    requests.add(
        Arguments.of(
            "an unknown subscription",
            ClientFrame.newBuilder().setUnsubscribe(Unsubscribe.newBuilder().setSubscriptionId(-1)),
            ErrorCode.ERROR_CODE_NOT_SUBSCRIBED));
    requests.add(
        Arguments.of(
            "a refresh of an unknown subscription",
            ClientFrame.newBuilder().setRefresh(Refresh.newBuilder().setSubscriptionId(9)),
            ErrorCode.ERROR_CODE_NOT_SUBSCRIBED));
    return requests.stream();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a.b", "a*b", ">", "a b", "*", "ä/\uD83D\uDE00", "/", "//", " ", "$test/x"})
  void names_that_other_systems_would_mistake_are_names_like_any(String name) throws Exception {
    StreamClient client = door.welcomed();
    client.subscribed(Subscribe.newBuilder().setFilter(name).setNoLocal(true));
    client.published(name, "x");
    StreamClient other = door.welcomed();
    other.publish(name, "y");
    assertThat(client.message().getPublication().getChannel()).isEqualTo(name);
  }

  @Test
  void a_hello_with_too_long_names_is_refused() throws Exception {
    for (Hello.Builder hello :
        List.of(
            Hello.newBuilder().setClientName("n".repeat(65)),
            Hello.newBuilder().setClientVersion("ä".repeat(33)),
            Hello.newBuilder().setExclusiveClientId("i".repeat(257)))) {
      StreamClient client = door.stream();
      client.send(ClientFrame.newBuilder().setId(1).setHello(hello));

      assertThat(client.next().getError().getCode())
          .isEqualTo(ErrorCode.ERROR_CODE_INVALID_REQUEST);
      assertThat(client.endCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void bytes_that_are_no_frame_end_the_session() throws Exception {
    for (byte[] garbage :
        List.of(
            new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF},
            // A length that is longer than the frame.
            new byte[] {0x1A, 0x7F, 0x0A},
            // A channel's name that is not UTF-8.
            new byte[] {0x08, 0x01, 0x1A, 0x03, 0x0A, 0x01, (byte) 0xC3})) {
      RawStream raw = new RawStream(door.channel());
      raw.send(
          ClientFrame.newBuilder()
              .setId(1)
              .setHello(Hello.getDefaultInstance())
              .build()
              .toByteArray());
      assertThat(ServerFrame.parseFrom(raw.next()).hasWelcome()).isTrue();

      raw.send(garbage);

      assertThat(ServerFrame.parseFrom(raw.next()).getGoodbye().getReason())
          .isEqualTo(CloseReason.CLOSE_REASON_PROTOCOL_ERROR);
      assertThat(raw.end()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void bytes_that_are_no_request_are_refused() {
    byte[] answer = new byte[0];
    Status.Code code = Status.Code.OK;
    try {
      answer =
          ClientCalls.blockingUnaryCall(
              door.channel(),
              raw(HubGrpc.getPublishMethod()),
              CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
              new byte[] {(byte) 0xFF});
    } catch (io.grpc.StatusRuntimeException refused) {
      code = refused.getStatus().getCode();
    }
    assertThat(answer).isEmpty();
    assertThat(code).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void a_frame_that_is_larger_than_the_limit_ends_the_session() throws Exception {
    StreamClient client = door.welcomed();
    client.publish(large(GrpcConfig.STANDARD.limits().messageBytes()));

    assertThat(client.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_TOO_LARGE);
    assertThat(client.endCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    TestDoor.await(() -> door.hub().hub().sessionCount() == 1);
  }

  @Test
  void a_request_that_is_larger_than_the_limit_is_refused() {
    PublishRequest request =
        PublishRequest.newBuilder()
            .setPublish(large(GrpcConfig.STANDARD.limits().messageBytes()))
            .build();
    HubGrpc.HubBlockingStub calls = door.calls();
    assertThatThrownBy(() -> calls.publish(request))
        .hasMessage("RESOURCE_EXHAUSTED: message too large");
  }

  @Test
  void a_frame_that_is_much_larger_than_the_limit_is_not_read_and_ends_the_stream()
      throws Exception {
    StreamClient client = door.welcomed();
    client.publish(large(2 * GrpcConfig.STANDARD.limits().messageBytes()));

    assertThat(client.endCode()).isEqualTo(Status.Code.CANCELLED);
    TestDoor.await(() -> door.hub().hub().sessionCount() == 1);
  }

  private static Publish.Builder large(int bytes) {
    return Publish.newBuilder().setChannel("a").setPayload(ByteString.copyFrom(new byte[bytes]));
  }

  @Test
  void metadata_beyond_the_limit_is_refused() throws Exception {
    Metadata metadata = TestDoor.bearer("x".repeat(100_000));
    StreamClient client =
        new StreamClient(
            HubGrpc.newStub(door.channel())
                .withInterceptors(io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(metadata)),
            true);

    assertThat(client.end().isOk()).isFalse();
  }

  @Test
  void a_token_of_the_greatest_length_fits_into_metadata() {
    String token = "x".repeat(Credentials.Token.MAX_LENGTH);
    assertThat(door.calls(token).publish(publishTo("a")).hasPublished()).isTrue();
  }

  @Test
  void a_client_that_does_not_say_hello_in_time_is_sent_away() throws Exception {
    try (TestDoor impatient = TestDoor.start(hurried())) {
      StreamClient client = impatient.stream();

      assertThat(client.goodbye().getReason())
          .isEqualTo(CloseReason.CLOSE_REASON_HANDSHAKE_TIMEOUT);
      assertThat(client.endCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void a_connection_that_does_not_shake_hands_in_time_is_closed() throws Exception {
    try (TestDoor impatient = TestDoor.start(hurried());
        Socket socket = impatient.socket()) {
      assertThat(socket.getInputStream().readAllBytes().length).isLessThan(1_000);
      TestDoor.await(() -> impatient.gauge("polyhub.connections") == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "\0\0\0\0\0\0",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxx"
      })
  void bytes_that_are_no_http_2_are_answered_by_the_end(String garbage) throws Exception {
    try (Socket socket = door.socket()) {
      socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(new byte[100]);
      assertThat(readToEnd(socket)).isLessThan(1_000);
    }
  }

  private static int readToEnd(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes().length;
    } catch (IOException reset) {
      return 0;
    }
  }

  @Test
  void a_flood_of_subscriptions_is_refused_at_the_limit() throws Exception {
    Limits standard = Limits.STANDARD;
    int most = standard.subscriptionsPerSession();
    StreamClient client = door.welcomed();
    for (int i = 0; i < most + 500; i++) {
      client.subscribe(Subscribe.newBuilder().setFilter("flood/" + i));
    }

    int refused = 0;
    for (int i = 0; i < most + 500; i++) {
      ServerFrame frame = client.next();
      if (frame.hasError()) {
        assertThat(frame.getError().getCode()).isEqualTo(ErrorCode.ERROR_CODE_LIMIT_EXCEEDED);
        refused++;
      }
    }
    assertThat(refused).isEqualTo(500);
  }

  @Test
  void too_many_publications_in_a_second_are_refused_until_later() throws Exception {
    Limits standard = Limits.STANDARD;
    Limits slow =
        new Limits(
            standard.sessions(),
            standard.sessionsPerUser(),
            standard.subscriptionsPerSession(),
            5,
            standard.publishesPerSecondPerUser(),
            standard.publishesPerSecond(),
            standard.inFlightPerSession(),
            standard.inFlight(),
            standard.outboxBytes(),
            standard.laneInbox(),
            standard.historyPage(),
            standard.historyPageBytes(),
            standard.lastValues(),
            standard.members(),
            standard.headers(),
            standard.headerBytes(),
            standard.recoveryWindow(),
            standard.admitWhileCutOff());
    try (TestDoor limited =
        TestDoor.start(TestHub.with().limits(slow).start(), GrpcConfig.STANDARD)) {
      StreamClient client = limited.welcomed();
      for (int i = 0; i < 100; i++) {
        client.publish("a", "x");
      }
      List<ServerFrame> refused = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        ServerFrame frame = client.next();
        if (frame.hasError()) {
          refused.add(frame);
        }
      }
      assertThat(refused)
          .isNotEmpty()
          .allMatch(frame -> frame.getError().getCode() == ErrorCode.ERROR_CODE_RATE_LIMITED)
          .allMatch(frame -> frame.getError().getRetryable());
    }
  }

  @Test
  void one_connection_too_many_is_closed_and_the_others_go_on() throws Exception {
    GrpcConfig.Limits limits = GrpcConfig.STANDARD.limits();
    GrpcConfig few =
        GrpcConfig.STANDARD.withLimits(
            new GrpcConfig.Limits(
                2,
                limits.callsPerConnection(),
                limits.messageBytes(),
                limits.metadataBytes(),
                limits.answerBytes(),
                limits.framesAhead(),
                limits.unansweredBytes(),
                limits.writeBytes(),
                limits.eventsWaiting()));
    try (TestDoor small = TestDoor.start(TestHub.start(), few)) {
      StreamClient one = small.welcomed();
      StreamClient two = small.welcomed();
      try (Socket third = small.socket()) {
        assertThat(readToEnd(third)).isZero();
      }
      assertThat(small.count("polyhub.grpc.connections.turned.away")).isEqualTo(1);
      one.published("a", "x");
      two.published("a", "y");

      two.requests().cancel("gone", null);
      ((ManagedChannel) two.channel()).shutdownNow();
      TestDoor.await(() -> small.gauge("polyhub.connections") == 1);
      small.welcomed().published("a", "z");
    }
  }

  private static GrpcConfig hurried() {
    GrpcConfig.Timeouts standard = GrpcConfig.STANDARD.timeouts();
    return GrpcConfig.STANDARD.withTimeouts(
        new GrpcConfig.Timeouts(
            java.time.Duration.ofMillis(300),
            standard.keepAlive(),
            standard.keepAliveAnswer(),
            standard.clientKeepAlive(),
            standard.connectionIdle(),
            null,
            standard.connectionAgeGrace(),
            standard.linger()));
  }

  private static PublishRequest publishTo(String channel) {
    return PublishRequest.newBuilder().setPublish(Publish.newBuilder().setChannel(channel)).build();
  }

  private static ClientFrame.Builder publish(Publish.Builder publish) {
    return ClientFrame.newBuilder().setPublish(publish);
  }

  private static ClientFrame.Builder subscribe(Subscribe.Builder subscribe) {
    return ClientFrame.newBuilder().setSubscribe(subscribe);
  }

  private static String abbreviate(String text) {
    return text.length() > 20 ? text.substring(0, 20) + "…" : text.replace('\0', '0');
  }

  private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
    return method.toBuilder(new Bytes(), new Bytes()).build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw Status.INTERNAL.withCause(broken).asRuntimeException();
      }
    }
  }

  /** A stream on which any bytes can be sent. */
  private static final class RawStream {

    private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status.Code> end = new CompletableFuture<>();
    private final ClientCall<byte[], byte[]> call;

    RawStream(ManagedChannel channel) {
      call = channel.newCall(raw(HubGrpc.getConnectMethod()), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onMessage(byte[] frame) {
              frames.add(frame);
              call.request(1);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              end.complete(status.getCode());
            }
          },
          new Metadata());
      call.request(1);
    }

    void send(byte[] frame) {
      call.sendMessage(frame);
    }

    byte[] next() throws InterruptedException {
      byte[] frame = frames.poll(20, TimeUnit.SECONDS);
      assertThat(frame).isNotNull();
      return frame;
    }

    Status.Code end() {
      return end.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }
}
