package io.polyhub.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Reach;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.JwtAuthenticator;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import io.polyhub.proto.v1.Beginning;
import io.polyhub.proto.v1.ClientFrame;
import io.polyhub.proto.v1.CloseReason;
import io.polyhub.proto.v1.ErrorCode;
import io.polyhub.proto.v1.Goodbye;
import io.polyhub.proto.v1.Guarantee;
import io.polyhub.proto.v1.Header;
import io.polyhub.proto.v1.Hello;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.IfUnrecoverable;
import io.polyhub.proto.v1.LastValues;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.MessageSource;
import io.polyhub.proto.v1.Publication;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.Published;
import io.polyhub.proto.v1.Recovery;
import io.polyhub.proto.v1.Refresh;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import io.polyhub.proto.v1.Subscribed;
import io.polyhub.proto.v1.Unsubscribe;
import io.polyhub.proto.v1.UnsubscribeReason;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every kind of frame, by the stock stub over a real socket. */
class GrpcStreamTest {

  private TestDoor door;

  @BeforeEach
  void open() throws Exception {
    door = TestDoor.start();
  }

  @AfterEach
  void close() throws Exception {
    door.close();
  }

  @Test
  void hello_is_answered_by_welcome() throws Exception {
    StreamClient client = door.stream();
    client.hello("");

    ServerFrame frame = client.next();

    assertThat(frame.getId()).isEqualTo(1);
    assertThat(frame.getWelcome().getSessionId()).isNotEmpty();
    assertThat(frame.getWelcome().getUser()).isEmpty();
    assertThat(frame.getWelcome().hasExpiresAt()).isFalse();
  }

  @Test
  void a_publication_reaches_another_stream_with_all_that_it_carries() throws Exception {
    StreamClient publisher = door.welcomed();
    StreamClient subscriber = door.welcomed();
    Subscribed subscribed = subscriber.subscribed("rooms/1");
    assertThat(subscribed.getGuarantee()).isEqualTo(Guarantee.GUARANTEE_AT_LEAST_ONCE);
    assertThat(subscribed.getRecovery()).isEqualTo(Recovery.RECOVERY_NOT_ASKED);
    assertThat(subscribed.getSubscriptionId()).isNotZero();
    Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    publisher.publish(
        Publish.newBuilder()
            .setChannel("rooms/1")
            .setPayload(ByteString.copyFrom(new byte[] {0, 1, (byte) 0xFF}))
            .setContentType("image/x")
            .addHeaders(Header.newBuilder().setName("a").setValue("1"))
            .addHeaders(Header.newBuilder().setName("a").setValue("2"))
            .setReplyTo("rooms/answers")
            .setCorrelationId(ByteString.copyFromUtf8("c-7"))
            .setTimeToLive(Duration.newBuilder().setSeconds(60)));

    Published published = publisher.next().getPublished();
    Message message = subscriber.message();

    assertThat(published.getGuarantee()).isEqualTo(Guarantee.GUARANTEE_AT_LEAST_ONCE);
    assertThat(published.getDuplicate()).isFalse();
    assertThat(message.getSubscriptionId()).isEqualTo(subscribed.getSubscriptionId());
    assertThat(message.getSource()).isEqualTo(MessageSource.MESSAGE_SOURCE_LIVE);
    assertThat(message.getCursor()).isEqualTo(published.getCursor()).isNotEmpty();
    Publication publication = message.getPublication();
    assertThat(publication.getChannel()).isEqualTo("rooms/1");
    assertThat(publication.getPayload().toByteArray()).containsExactly(0, 1, 0xFF);
    assertThat(publication.getContentType()).isEqualTo("image/x");
    assertThat(publication.getHeadersList())
        .extracting(header -> header.getName() + "=" + header.getValue())
        .containsExactly("a=1", "a=2");
    assertThat(publication.getReplyTo()).isEqualTo("rooms/answers");
    assertThat(publication.getCorrelationId().toStringUtf8()).isEqualTo("c-7");
    assertThat(publication.getPublisher().getSessionId()).isNotEmpty();
    assertThat(publication.getCursor()).isEqualTo(published.getCursor());
    assertThat(publication.getTime().getSeconds()).isGreaterThanOrEqualTo(before.getEpochSecond());
    assertThat(publication.getExpiresAt().getSeconds() - publication.getTime().getSeconds())
        .isEqualTo(60);
    assertThat(publication.getRetained()).isFalse();
  }

  @Test
  void messages_of_a_channel_come_in_order() throws Exception {
    StreamClient publisher = door.welcomed();
    StreamClient subscriber = door.welcomed();
    subscriber.subscribed("orders");

    for (int i = 0; i < 2_000; i++) {
      publisher.send(
          ClientFrame.newBuilder()
              .setPublish(
                  Publish.newBuilder()
                      .setChannel("orders")
                      .setPayload(ByteString.copyFromUtf8("" + i))));
    }

    for (int i = 0; i < 2_000; i++) {
      assertThat(subscriber.payload()).isEqualTo("" + i);
    }
    assertThat(publisher.waiting()).as("answers to frames of id 0").isZero();
  }

  @Test
  void a_channel_without_history_says_so_by_an_empty_cursor() throws Exception {
    StreamClient client = door.welcomed();
    Subscribed subscribed = client.subscribed("amo/x");
    assertThat(subscribed.getGuarantee()).isEqualTo(Guarantee.GUARANTEE_AT_MOST_ONCE);
    assertThat(subscribed.getCursor()).isEmpty();

    client.publish("amo/x", "hello");
    Set<ServerFrame.BodyCase> kinds = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      ServerFrame frame = client.next();
      kinds.add(frame.getBodyCase());
      if (frame.hasPublished()) {
        assertThat(frame.getPublished().getCursor()).isEmpty();
        assertThat(frame.getPublished().getGuarantee()).isEqualTo(Guarantee.GUARANTEE_AT_MOST_ONCE);
      } else {
        assertThat(frame.getMessage().getCursor()).isEmpty();
      }
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder(ServerFrame.BodyCase.PUBLISHED, ServerFrame.BodyCase.MESSAGE);
  }

  @Test
  void each_of_several_subscriptions_gets_its_own_messages() throws Exception {
    StreamClient publisher = door.welcomed();
    StreamClient subscriber = door.welcomed();
    long exact = subscriber.subscribed("a/b").getSubscriptionId();
    long wide = subscriber.subscribed("a/#").getSubscriptionId();
    long again = subscriber.subscribed("a/b").getSubscriptionId();
    assertThat(Set.of(exact, wide, again)).hasSize(3);

    publisher.published("a/b", "x");

    Set<Long> reached = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      reached.add(subscriber.message().getSubscriptionId());
    }
    assertThat(reached).containsExactlyInAnyOrder(exact, wide, again);
  }

  @Test
  void after_unsubscribe_nothing_comes_on_the_subscription_and_its_id_is_unknown()
      throws Exception {
    StreamClient client = door.welcomed();
    StreamClient publisher = door.welcomed();
    Subscribed subscribed = client.subscribed("a");
    String last = publisher.published("a", "1").getCursor();
    assertThat(client.payload()).isEqualTo("1");
    Unsubscribe.Builder unsubscribe =
        Unsubscribe.newBuilder().setSubscriptionId(subscribed.getSubscriptionId());

    client.send(ClientFrame.newBuilder().setId(50).setUnsubscribe(unsubscribe));
    ServerFrame answer = client.next();
    assertThat(answer.getId()).isEqualTo(50);
    assertThat(answer.getUnsubscribed().getReason())
        .isEqualTo(UnsubscribeReason.UNSUBSCRIBE_REASON_CLIENT);
    assertThat(answer.getUnsubscribed().getCursor()).isEqualTo(last);

    publisher.published("a", "2");
    client.send(ClientFrame.newBuilder().setId(51).setUnsubscribe(unsubscribe));
    ServerFrame refused = client.next();
    assertThat(refused.getId()).isEqualTo(51);
    assertThat(refused.getError().getCode()).isEqualTo(ErrorCode.ERROR_CODE_NOT_SUBSCRIBED);
  }

  @Test
  void a_client_resumes_from_its_cursor_without_gap_or_repeat() throws Exception {
    StreamClient publisher = door.welcomed();
    StreamClient first = door.welcomed();
    first.subscribed("log");
    publisher.published("log", "0");
    String cursor = first.message().getCursor();
    first.requests().cancel("gone", null);
    for (int i = 1; i <= 1_000; i++) {
      publisher.publish("log", "" + i);
    }
    for (int i = 1; i <= 1_000; i++) {
      assertThat(publisher.next().hasPublished()).isTrue();
    }

    StreamClient second = door.welcomed();
    Subscribed subscribed =
        second.subscribed(Subscribe.newBuilder().setFilter("log").setSince(cursor));
    assertThat(subscribed.getRecovery()).isEqualTo(Recovery.RECOVERY_RECOVERED);
    assertThat(subscribed.getCursor()).isEqualTo(cursor);
    publisher.publish("log", "1001");

    for (int i = 1; i <= 1_001; i++) {
      Message message = second.message();
      assertThat(message.getPublication().getPayload().toStringUtf8()).isEqualTo("" + i);
      if (i <= 1_000) {
        assertThat(message.getSource()).isEqualTo(MessageSource.MESSAGE_SOURCE_REPLAY);
      }
    }
  }

  @Test
  void a_subscription_can_begin_with_the_oldest_or_with_last_values() throws Exception {
    StreamClient client = door.welcomed();
    client.published("v", "1");
    client.publish(
        Publish.newBuilder()
            .setChannel("v")
            .setPayload(ByteString.copyFromUtf8("2"))
            .setRetain(true));
    assertThat(client.next().hasPublished()).isTrue();

    client.subscribed(
        Subscribe.newBuilder().setFilter("v").setBeginning(Beginning.getDefaultInstance()));
    assertThat(client.payload()).isEqualTo("1");
    assertThat(client.payload()).isEqualTo("2");

    Subscribed always =
        client.subscribed(
            Subscribe.newBuilder().setFilter("v").setLastValues(LastValues.LAST_VALUES_ALWAYS));
    Message last = client.message();
    assertThat(last.getSource()).isEqualTo(MessageSource.MESSAGE_SOURCE_LAST_VALUE);
    assertThat(last.getPublication().getPayload().toStringUtf8()).isEqualTo("2");
    assertThat(last.getPublication().getRetained()).isTrue();
    assertThat(last.getCursor()).isEqualTo(always.getCursor());

    client.subscribed(
        Subscribe.newBuilder().setFilter("v").setLastValues(LastValues.LAST_VALUES_IF_NEW));
    client.published("elsewhere", "no last value came in between");
  }

  @Test
  void a_cursor_that_history_no_longer_reaches_is_told_as_the_client_wishes() throws Exception {
    StreamClient client = door.welcomed();
    client.published("h", "1");
    Subscribe.Builder since = Subscribe.newBuilder().setFilter("h").setSince("another0epoch-5");

    Subscribed subscribed = client.subscribed(since);
    assertThat(subscribed.getRecovery()).isEqualTo(Recovery.RECOVERY_UNRECOVERABLE);

    client.subscribe(since.setIfUnrecoverable(IfUnrecoverable.IF_UNRECOVERABLE_REFUSE));
    assertThat(client.next().getError().getCode())
        .isEqualTo(ErrorCode.ERROR_CODE_UNRECOVERABLE_POSITION);
  }

  @Test
  void a_publisher_can_leave_out_its_own_messages() throws Exception {
    StreamClient client = door.welcomed();
    client.subscribed(Subscribe.newBuilder().setFilter("n").setNoLocal(true));

    client.published("n", "own");
    door.welcomed().publish("n", "other's");

    assertThat(client.payload()).isEqualTo("other's");
  }

  @Test
  void a_repeat_with_the_same_idempotency_key_is_not_stored_again() throws Exception {
    StreamClient client = door.welcomed();
    Publish.Builder publish = Publish.newBuilder().setChannel("i").setIdempotencyKey("k");
    client.publish(publish);
    Published first = client.next().getPublished();
    client.publish(publish);
    Published second = client.next().getPublished();

    assertThat(first.getDuplicate()).isFalse();
    assertThat(second.getDuplicate()).isTrue();
    assertThat(second.getCursor()).isEqualTo(first.getCursor());
  }

  @Test
  void who_asked_is_told_who_comes_and_goes() throws Exception {
    StreamClient watcher = door.welcomed();
    long id =
        watcher
            .subscribed(Subscribe.newBuilder().setFilter("p").setPresenceEvents(true))
            .getSubscriptionId();
    ServerFrame own = watcher.next();
    assertThat(own.getJoined().getSubscriptionId()).isEqualTo(id);

    StreamClient other = door.welcomed();
    other.subscribed("p");
    ServerFrame joined = watcher.next();
    assertThat(joined.getJoined().getChannel()).isEqualTo("p");
    assertThat(joined.getJoined().getMember().getDoor()).isEqualTo("grpc");
    String session = joined.getJoined().getMember().getSessionId();

    other.requests().cancel("gone", null);
    ServerFrame left = watcher.next();
    assertThat(left.getLeft().getSubscriptionId()).isEqualTo(id);
    assertThat(left.getLeft().getMember().getSessionId()).isEqualTo(session);
  }

  @Test
  void a_client_that_has_said_all_gets_its_answers_and_then_goodbye() throws Exception {
    StreamClient client = door.welcomed();
    client.subscribed("a");
    for (int i = 0; i < 100; i++) {
      client.publish("b", "x");
    }
    client.requests().onCompleted();

    for (int i = 0; i < 100; i++) {
      assertThat(client.next().hasPublished()).isTrue();
    }
    Goodbye goodbye = client.goodbye();
    assertThat(goodbye.getReason()).isEqualTo(CloseReason.CLOSE_REASON_CLIENT_CLOSED);
    assertThat(goodbye.getResumePointsList()).hasSize(1);
    assertThat(client.endCode()).isEqualTo(Status.Code.OK);
    TestDoor.await(() -> door.hub().hub().sessionCount() == 0);
  }

  @Test
  void a_cancelled_stream_frees_its_session_at_once() throws Exception {
    StreamClient client = door.welcomed();
    client.subscribed("a");
    assertThat(door.hub().hub().sessionCount()).isEqualTo(1);

    client.requests().cancel("gone", null);

    TestDoor.await(() -> door.hub().hub().sessionCount() == 0);
    TestDoor.await(() -> door.gauge("polyhub.grpc.streams") == 0);
  }

  @Test
  void a_newer_client_with_the_same_id_takes_over() throws Exception {
    TokenIssuer issuer = TokenIssuer.ofSecret("secret");
    try (TestDoor closed = withTokens()) {
      String token = issuer.issue(TokenClaims.of("alice"));
      StreamClient older = closed.stream();
      exclusive(older, token);
      assertThat(older.next().getWelcome().getUser()).isEqualTo("alice");
      StreamClient newer = closed.stream();
      exclusive(newer, token);

      assertThat(newer.next().hasWelcome()).isTrue();
      assertThat(older.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_TAKEN_OVER);
      assertThat(older.endCode()).isEqualTo(Status.Code.ABORTED);
    }
  }

  @Test
  void the_token_of_the_metadata_counts_where_hello_has_none() throws Exception {
    TokenIssuer issuer = TokenIssuer.ofSecret("secret");
    try (TestDoor closed = withTokens()) {
      HubGrpc.HubStub stub =
          HubGrpc.newStub(closed.channel())
              .withInterceptors(
                  io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(
                      TestDoor.bearer(issuer.issue(TokenClaims.of("alice")))));
      StreamClient byMetadata = new StreamClient(stub, true);
      byMetadata.hello("");
      assertThat(byMetadata.next().getWelcome().getUser()).isEqualTo("alice");

      StreamClient byHello = new StreamClient(stub, true);
      byHello.hello(issuer.issue(TokenClaims.of("bob")));
      assertThat(byHello.next().getWelcome().getUser()).isEqualTo("bob");
    }
  }

  @Test
  void credentials_are_renewed_within_the_session_and_its_end_is_enforced() throws Exception {
    TokenIssuer issuer = TokenIssuer.ofSecret("secret");
    try (TestDoor closed = withTokens()) {
      Instant soon = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(3);
      StreamClient client = closed.stream();
      client.hello(issuer.issue(TokenClaims.of("alice").withExpiresAt(soon.plusSeconds(60))));
      assertThat(client.next().getWelcome().getExpiresAt().getSeconds())
          .isEqualTo(soon.plusSeconds(60).getEpochSecond());

      Refresh.Builder refresh =
          Refresh.newBuilder().setToken(issuer.issue(TokenClaims.of("alice").withExpiresAt(soon)));
      client.send(ClientFrame.newBuilder().setId(70).setRefresh(refresh));
      ServerFrame refreshed = client.next();
      assertThat(refreshed.getId()).isEqualTo(70);
      assertThat(refreshed.getRefreshed().getExpiresAt().getSeconds())
          .isEqualTo(soon.getEpochSecond());

      refresh.setToken(issuer.issue(TokenClaims.of("bob")));
      client.send(ClientFrame.newBuilder().setId(71).setRefresh(refresh));
      assertThat(client.next().hasError()).isTrue();

      assertThat(client.goodbye().getReason())
          .isEqualTo(CloseReason.CLOSE_REASON_CREDENTIALS_EXPIRED);
      assertThat(Instant.now()).isBetween(soon, soon.plusSeconds(1));
      assertThat(client.endCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  @Test
  void a_subscription_token_can_be_renewed_and_its_end_ends_the_subscription_alone()
      throws Exception {
    TokenIssuer issuer = TokenIssuer.ofSecret("secret");
    try (TestDoor closed = withTokens()) {
      StreamClient client = closed.stream();
      client.hello(issuer.issue(TokenClaims.of("alice")));
      assertThat(client.next().hasWelcome()).isTrue();
      Instant soon = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
      TokenClaims claims = TokenClaims.of("alice").withChannel("private/1");
      Subscribed subscribed =
          client.subscribed(
              Subscribe.newBuilder()
                  .setFilter("private/1")
                  .setToken(issuer.issue(claims.withExpiresAt(soon.plusSeconds(60)))));
      long id = subscribed.getSubscriptionId();
      assertThat(subscribed.getExpiresAt().getSeconds())
          .isEqualTo(soon.plusSeconds(60).getEpochSecond());

      client.send(
          ClientFrame.newBuilder()
              .setId(80)
              .setRefresh(
                  Refresh.newBuilder()
                      .setSubscriptionId(id)
                      .setToken(issuer.issue(claims.withExpiresAt(soon)))));
      assertThat(client.next().getRefreshed().getExpiresAt().getSeconds())
          .isEqualTo(soon.getEpochSecond());

      ServerFrame ended = client.next();
      assertThat(ended.getId()).isZero();
      assertThat(ended.getUnsubscribed().getSubscriptionId()).isEqualTo(id);
      assertThat(ended.getUnsubscribed().getReason())
          .isEqualTo(UnsubscribeReason.UNSUBSCRIBE_REASON_SUBSCRIPTION_EXPIRED);
      client.send(
          ClientFrame.newBuilder()
              .setId(81)
              .setRefresh(Refresh.newBuilder().setSubscriptionId(id).setToken("x")));
      assertThat(client.next().getError().getCode()).isEqualTo(ErrorCode.ERROR_CODE_NOT_SUBSCRIBED);
    }
  }

  private static void exclusive(StreamClient client, String token) {
    client.send(
        ClientFrame.newBuilder()
            .setId(1)
            .setHello(
                Hello.newBuilder()
                    .setToken(token)
                    .setClientName("test")
                    .setClientVersion("1")
                    .setExclusiveClientId("phone")));
  }

  private static TestDoor withTokens() throws Exception {
    return TestDoor.start(
        TestHub.with()
            .authenticator(
                JwtAuthenticator.start(
                    JwtConfig.ofSecret("secret"),
                    InstantSource.system(),
                    new SimpleMeterRegistry()))
            .start(),
        GrpcConfig.STANDARD);
  }

  @Test
  void a_message_past_all_channels_and_the_wish_for_credentials_are_events() throws Exception {
    StreamClient client = door.stream();
    client.hello("");
    Reach.Target self = new Reach.Target.OneSession(client.next().getWelcome().getSessionId());
    Reach reach = door.hub().hub().reach();
    LocalClient.await(reach.message(self, "hello".getBytes(UTF_8)));
    assertThat(client.next().getDirect().getPayload().toStringUtf8()).isEqualTo("hello");
    assertThat(LocalClient.done(LocalClient.await(reach.refresh(self))).asked()).isEqualTo(1);
    assertThat(client.next().getRefreshWanted().getWithin().getSeconds()).isEqualTo(30);
    LocalClient.await(reach.disconnect(self, true));
    assertThat(client.goodbye().getReason()).isEqualTo(CloseReason.CLOSE_REASON_DISCONNECTED);
  }
}
