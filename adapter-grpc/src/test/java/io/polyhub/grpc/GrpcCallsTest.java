package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import io.polyhub.proto.v1.ChannelSummary;
import io.polyhub.proto.v1.ChannelsRequest;
import io.polyhub.proto.v1.ChannelsResponse;
import io.polyhub.proto.v1.Error;
import io.polyhub.proto.v1.ErrorCode;
import io.polyhub.proto.v1.HistoryRequest;
import io.polyhub.proto.v1.HistoryResponse;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.PresenceRequest;
import io.polyhub.proto.v1.PresenceResponse;
import io.polyhub.proto.v1.Publication;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.Published;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The unary calls, health and reflection, by stock stubs over a real socket. */
class GrpcCallsTest {

  private TestDoor door;

  @BeforeEach
  void open() throws Exception {
    door = TestDoor.start();
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void publish_answers_with_what_was_promised() throws Exception {
    StreamClient subscriber = door.welcomed();
    subscriber.subscribed("news");

    Published published = publish(door.calls(), "news", "hello");

    assertThat(published.getGuarantee())
        .isEqualTo(io.polyhub.proto.v1.Guarantee.GUARANTEE_AT_LEAST_ONCE);
    assertThat(subscriber.message().getCursor()).isEqualTo(published.getCursor()).isNotEmpty();
  }

  @Test
  void history_is_read_in_pages_in_both_directions() {
    HubGrpc.HubBlockingStub calls = door.calls();
    for (int i = 0; i < 10; i++) {
      publish(calls, "h", "" + i);
    }

    HistoryResponse first = calls.history(history("h", 4).build());
    assertThat(payloads(first)).containsExactly("0", "1", "2", "3");
    assertThat(first.getComplete()).isTrue();
    assertThat(first.getGuarantee())
        .isEqualTo(io.polyhub.proto.v1.Guarantee.GUARANTEE_AT_LEAST_ONCE);
    String cursor = first.getPublications(3).getCursor();
    assertThat(payloads(calls.history(history("h", 100).setSince(cursor).build())))
        .containsExactly("4", "5", "6", "7", "8", "9");
    assertThat(payloads(calls.history(history("h", 3).setReverse(true).build())))
        .containsExactly("9", "8", "7");

    HistoryResponse position = calls.history(history("h", 0).build());
    assertThat(position.getPublicationsList()).isEmpty();
    assertThat(calls.history(history("h", 9).setSince(position.getCursor()).build()))
        .extracting(HistoryResponse::getPublicationsCount)
        .isEqualTo(0);
  }

  @Test
  void an_answer_that_would_be_too_large_is_cut_at_its_end() throws Exception {
    GrpcConfig.Limits limits = GrpcConfig.Limits.STANDARD;
    GrpcConfig small =
        GrpcConfig.STANDARD.withLimits(
            new GrpcConfig.Limits(
                limits.connections(),
                limits.callsPerConnection(),
                limits.messageBytes(),
                limits.metadataBytes(),
                10_000,
                limits.framesAhead(),
                limits.unansweredBytes(),
                limits.writeBytes(),
                limits.eventsWaiting()));
    try (TestDoor narrow = TestDoor.start(small)) {
      HubGrpc.HubBlockingStub calls = narrow.calls();
      for (int i = 0; i < 5; i++) {
        publish(calls, "h", "x".repeat(4_000));
      }
      publish(calls, "large", "x".repeat(20_000));

      assertThat(calls.history(history("h", 5).build()).getPublicationsCount()).isEqualTo(2);
      assertThat(calls.history(history("large", 5).build()).getPublicationsCount()).isEqualTo(1);
    }
  }

  @Test
  void presence_lists_or_counts_who_is_there() throws Exception {
    StreamClient one = door.welcomed();
    StreamClient two = door.welcomed();
    one.subscribed("p");
    two.subscribed("p");

    PresenceRequest.Builder request = PresenceRequest.newBuilder().setChannel("p");
    PresenceResponse listed = door.calls().presence(request.build());
    PresenceResponse counted = door.calls().presence(request.setStatsOnly(true).build());

    assertThat(listed.getMembersList()).hasSize(2).allMatch(m -> m.getDoor().equals("grpc"));
    assertThat(listed.getSessionCount()).isEqualTo(2);
    assertThat(listed.getUserCount()).isEqualTo(1);
    assertThat(counted.getMembersList()).isEmpty();
    assertThat(counted.getSessionCount()).isEqualTo(2);
    assertThat(counted.getUserCount()).isEqualTo(1);
  }

  @Test
  void channels_lists_those_that_match_in_order() throws Exception {
    StreamClient client = door.welcomed();
    client.subscribed("b");
    client.subscribed("a/2");
    client.subscribed("a/1");
    client.subscribed("a/1");

    assertThat(door.calls().channels(ChannelsRequest.getDefaultInstance()).getChannelsList())
        .extracting(ChannelSummary::getChannel)
        .containsExactly("a/1", "a/2", "b");
    ChannelsRequest one = ChannelsRequest.newBuilder().setFilter("a/+").setLimit(1).build();
    assertThat(door.calls().channels(one))
        .isEqualTo(
            ChannelsResponse.newBuilder()
                .addChannels(ChannelSummary.newBuilder().setChannel("a/1").setSubscriberCount(2))
                .setNext("a/1")
                .build());
    assertThat(door.calls().channels(one.toBuilder().setAfter("a/1").build()))
        .isEqualTo(
            ChannelsResponse.newBuilder()
                .addChannels(ChannelSummary.newBuilder().setChannel("a/2").setSubscriberCount(1))
                .build());
  }

  @Test
  void a_call_leaves_no_session_behind() {
    HubGrpc.HubBlockingStub calls = door.calls();
    for (int i = 0; i < 50; i++) {
      publish(calls, "a", "x");
    }
    TestDoor.await(() -> door.hub().hub().sessionCount() == 0);
  }

  @Test
  void every_refusal_has_a_code_of_its_own_and_the_status_that_the_contract_names() {
    Set<ErrorCode> codes = new java.util.HashSet<>();
    for (io.polyhub.hub.Refusal refusal : io.polyhub.hub.Refusal.values()) {
      Error error = GrpcErrorCode.error(refusal);
      assertThat(codes.add(error.getCode())).isTrue();
      assertThat(error.getCode().name()).isEqualTo("ERROR_CODE_" + refusal.name());
      assertThat(error.getText()).isEqualTo(refusal.text());
      assertThat(error.getRetryable()).isEqualTo(refusal.temporary());
      assertThat(GrpcErrorCode.status(refusal).getCode()).isNotEqualTo(Status.Code.OK);
    }
    assertThat(codes).hasSize(ErrorCode.values().length - 2);
  }

  @Test
  void every_end_has_a_code_of_its_own() {
    Set<io.polyhub.proto.v1.CloseReason> codes = new java.util.HashSet<>();
    for (io.polyhub.hub.CloseReason reason : io.polyhub.hub.CloseReason.values()) {
      assertThat(codes.add(GrpcCloseCode.code(reason))).isTrue();
      assertThat(GrpcCloseCode.code(reason).name()).isEqualTo("CLOSE_REASON_" + reason.name());
      assertThat(GrpcCloseCode.status(reason).isOk())
          .isEqualTo(reason == io.polyhub.hub.CloseReason.CLIENT_CLOSED);
    }
    assertThat(codes).hasSize(io.polyhub.proto.v1.CloseReason.values().length - 2);
  }

  @Test
  void refused_calls_end_with_the_status_and_the_trailer_of_their_reason() throws Exception {
    TokenIssuer issuer = TokenIssuer.ofSecret("secret");
    Grant open = new Grant(List.of(ChannelFilter.of("open/#")), Set.of(Verb.PUBLISH, Verb.HISTORY));
    String alice = issuer.issue(TokenClaims.of("alice").withGrants(List.of(open)));
    String past = issuer.issue(TokenClaims.of("a").withExpiresAt(Instant.EPOCH.plusSeconds(1)));
    try (TestDoor closed =
        TestDoor.start(
            TestHub.with().rules(rules()).authenticator(gatekeeper()).start(),
            GrpcConfig.STANDARD)) {
      HubGrpc.HubBlockingStub calls = closed.calls(alice);
      PublishRequest.Builder demanding =
          PublishRequest.newBuilder()
              .setPublish(
                  Publish.newBuilder()
                      .setChannel("open/amo/x")
                      .setGuarantee(io.polyhub.proto.v1.Guarantee.GUARANTEE_AT_LEAST_ONCE));

      refused(
          ErrorCode.ERROR_CODE_UNAUTHENTICATED,
          Status.Code.UNAUTHENTICATED,
          () -> publish(closed.calls(), "open/a", "x"));
      refused(
          ErrorCode.ERROR_CODE_UNAUTHENTICATED,
          Status.Code.UNAUTHENTICATED,
          () -> publish(closed.calls("forged"), "open/a", "x"));
      refused(
          ErrorCode.ERROR_CODE_CREDENTIALS_EXPIRED,
          Status.Code.UNAUTHENTICATED,
          () -> publish(closed.calls(past), "open/a", "x"));
      refused(
          ErrorCode.ERROR_CODE_PERMISSION_DENIED,
          Status.Code.PERMISSION_DENIED,
          () -> publish(calls, "other", "x"));
      refused(
          ErrorCode.ERROR_CODE_PERMISSION_DENIED,
          Status.Code.PERMISSION_DENIED,
          () -> calls.presence(PresenceRequest.newBuilder().setChannel("open/a").build()));
      refused(
          ErrorCode.ERROR_CODE_INVALID_CHANNEL,
          Status.Code.INVALID_ARGUMENT,
          () -> publish(calls, "open/#", "x"));
      refused(
          ErrorCode.ERROR_CODE_INVALID_FILTER,
          Status.Code.INVALID_ARGUMENT,
          () -> calls.channels(ChannelsRequest.newBuilder().setFilter("a#").build()));
      refused(
          ErrorCode.ERROR_CODE_INVALID_CURSOR,
          Status.Code.INVALID_ARGUMENT,
          () -> calls.history(history("open/a", 5).setSince("?").build()));
      refused(
          ErrorCode.ERROR_CODE_UNKNOWN_CHANNEL,
          Status.Code.NOT_FOUND,
          () -> publish(calls, "nowhere", "x"));
      refused(
          ErrorCode.ERROR_CODE_TOO_LARGE,
          Status.Code.RESOURCE_EXHAUSTED,
          () -> publish(calls, "open/a", "x".repeat(70_000)));
      refused(
          ErrorCode.ERROR_CODE_GUARANTEE_UNAVAILABLE,
          Status.Code.FAILED_PRECONDITION,
          () -> calls.publish(demanding.build()));
      refused(
          ErrorCode.ERROR_CODE_NOT_AVAILABLE,
          Status.Code.FAILED_PRECONDITION,
          () -> calls.history(history("open/amo/x", 5).build()));
      refused(
          ErrorCode.ERROR_CODE_UNRECOVERABLE_POSITION,
          Status.Code.OUT_OF_RANGE,
          () -> calls.history(history("open/a", 5).setSince("another0epoch-5").build()));
      refused(
          ErrorCode.ERROR_CODE_INVALID_REQUEST,
          Status.Code.INVALID_ARGUMENT,
          () ->
              calls.publish(
                  PublishRequest.newBuilder()
                      .setPublish(
                          Publish.newBuilder()
                              .setChannel("open/a")
                              .setTimeToLive(
                                  com.google.protobuf.Duration.newBuilder().setSeconds(-1)))
                      .build()));
      closed.hub().hub().drain(java.time.Duration.ZERO);
      refused(
          ErrorCode.ERROR_CODE_SHUTTING_DOWN,
          Status.Code.UNAVAILABLE,
          () -> publish(calls, "open/a", "x"));
    }
  }

  @Test
  void health_follows_what_the_server_says() {
    HealthGrpc.HealthBlockingStub health =
        HealthGrpc.newBlockingStub(door.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    HealthCheckRequest all = HealthCheckRequest.getDefaultInstance();
    HealthCheckRequest hub = HealthCheckRequest.newBuilder().setService("polyhub.v1.Hub").build();

    assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThat(health.check(hub).getStatus()).isEqualTo(ServingStatus.SERVING);
    door.adapter().serving(false);
    assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health.check(hub).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    door.adapter().serving(true);
    assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThatThrownBy(
            () -> health.check(HealthCheckRequest.newBuilder().setService("other").build()))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void reflection_lists_the_service_and_its_file() throws Exception {
    ServerReflectionResponse services =
        reflect(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(services.getListServicesResponse().getServiceList())
        .extracting(service -> service.getName())
        .contains("polyhub.v1.Hub", "grpc.health.v1.Health");

    ServerReflectionResponse file =
        reflect(
            ServerReflectionRequest.newBuilder().setFileContainingSymbol("polyhub.v1.Hub").build());
    assertThat(file.getFileDescriptorResponse().getFileDescriptorProtoCount()).isPositive();
  }

  @Test
  void reflection_answers_tools_that_know_v1alpha_alone() throws Exception {
    CompletableFuture<io.grpc.reflection.v1alpha.ServerReflectionResponse> answer =
        new CompletableFuture<>();
    StreamObserver<io.grpc.reflection.v1alpha.ServerReflectionRequest> requests =
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(door.channel())
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(io.grpc.reflection.v1alpha.ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failed) {
                    answer.completeExceptionally(failed);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(
        io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
            .setListServices("")
            .build());

    assertThat(answer.get(20, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
        .extracting(service -> service.getName())
        .contains("polyhub.v1.Hub");
    requests.onCompleted();
  }

  @Test
  void reflection_can_be_left_out() throws Exception {
    GrpcConfig standard = GrpcConfig.STANDARD;
    try (TestDoor without =
        TestDoor.start(
            new GrpcConfig(
                standard.bind(), 0, null, standard.limits(), standard.timeouts(), false))) {
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      reflect(without, ServerReflectionRequest.getDefaultInstance(), answer);
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .hasMessageContaining("UNIMPLEMENTED");
    }
  }

  private ServerReflectionResponse reflect(ServerReflectionRequest request) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    reflect(door, request, answer);
    return answer.get(20, TimeUnit.SECONDS);
  }

  private static void reflect(
      TestDoor door,
      ServerReflectionRequest request,
      CompletableFuture<ServerReflectionResponse> answer) {
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(door.channel())
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(request);
    requests.onCompleted();
  }

  private static void refused(ErrorCode code, Status.Code status, Executable call)
      throws InvalidProtocolBufferException {
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, call::execute);
    assertThat(refused).as("a refusal with %s", code).isNotNull();
    assertThat(refused.getStatus().getCode()).as("%s", code).isEqualTo(status);
    byte[] trailer = Objects.requireNonNull(refused.getTrailers()).get(GrpcErrorCode.TRAILER);
    assertThat(Error.parseFrom(trailer).getCode()).isEqualTo(code);
  }

  private static Published publish(HubGrpc.HubBlockingStub calls, String channel, String payload) {
    return calls
        .publish(
            PublishRequest.newBuilder()
                .setPublish(
                    Publish.newBuilder()
                        .setChannel(channel)
                        .setPayload(ByteString.copyFromUtf8(payload)))
                .build())
        .getPublished();
  }

  private static HistoryRequest.Builder history(String channel, int limit) {
    return HistoryRequest.newBuilder().setChannel(channel).setLimit(limit);
  }

  private static List<String> payloads(HistoryResponse response) {
    return response.getPublicationsList().stream()
        .map(Publication::getPayload)
        .map(ByteString::toStringUtf8)
        .toList();
  }

  private static Gatekeeper gatekeeper() {
    return Gatekeeper.start(
        new IdentityConfig(JwtConfig.ofSecret("secret"), null, null),
        InstantSource.system(),
        new SimpleMeterRegistry());
  }

  /** Channels under open/ and other; no rule opens a verb to anyone. */
  private static List<Rule> rules() {
    Rule.Retention keep = new Rule.Retention(100, 1_000_000, java.time.Duration.ofHours(1));
    return List.of(
        rule("amo", "open/amo/#", Guarantee.AT_MOST_ONCE, Rule.Retention.NONE),
        rule("open", "open/#", Guarantee.AT_LEAST_ONCE, keep),
        rule("other", "other", Guarantee.AT_LEAST_ONCE, keep));
  }

  private static Rule rule(
      String name, String filter, Guarantee guarantee, Rule.Retention retention) {
    return new Rule(
        name,
        List.of(ChannelFilter.of(filter)),
        guarantee,
        retention,
        true,
        false,
        OverflowPolicy.DISCONNECT,
        null,
        65_536,
        0,
        Set.of(),
        Set.of());
  }
}
