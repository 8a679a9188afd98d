package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Verb;
import io.polyhub.identity.TokenClaims;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.ConnectRequest;
import io.polyhub.proto.centrifuge.PresenceStatsRequest;
import io.polyhub.proto.centrifuge.SubscribeRequest;
import io.polyhub.proto.centrifuge.SubscribeResult;
import io.polyhub.proto.v1.Beginning;
import io.polyhub.proto.v1.ChannelsRequest;
import io.polyhub.proto.v1.LastValues;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.Subscribe;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Asks in every {@link Way}, and looks whether what it is for is shown. */
final class Asker {

  private final Scene scene;
  private final DoorClient operator;
  private final GraphQlHttpClient http;

  Asker(Scene scene) {
    this.scene = scene;
    String token = Tokens.all("operator", Instant.now().plusSeconds(600));
    operator = scene.lasting(DoorKind.GRPC, token);
    http = (GraphQlHttpClient) scene.lasting(DoorKind.GRAPHQL_SSE, token);
  }

  /** The code with which that way is refused. */
  static String denied(Way way) {
    return switch (way.door()) {
      case WEBSOCKET, HTTP_STREAM -> "103";
      case GRAPHQL -> "PERMISSION_DENIED";
      case MQTT -> "135";
      case GRPC -> "ERROR_CODE_PERMISSION_DENIED";
    };
  }

  /**
   * Asks on a channel that has two messages, of which the second is retained.
   *
   * @throws Refused if the verbs are not enough
   */
  void ask(Way way, Set<Verb> verbs, String channel) {
    String first = Await.done(operator.publish(Message.of(channel, "\"first\"")));
    http.answer(
        "mutation{publish(channel:\"" + channel + "\",data:\"second\",retain:true){cursor}}");
    TokenClaims claims =
        Tokens.claims("alice")
            .withExpiresAt(Instant.now().plusSeconds(600))
            .withGrants(verbs.stream().map(verb -> Tokens.grant(verb, channel)).toList());
    switch (way.door()) {
      case WEBSOCKET, HTTP_STREAM -> websocket(way, claims, channel, first);
      case GRAPHQL -> graphQl(way, Tokens.sign(claims), channel, first);
      case MQTT -> mqtt(way, Tokens.sign(claims), channel, first);
      case GRPC -> grpc(way, Tokens.sign(claims), channel, first);
    }
  }

  private void websocket(Way way, TokenClaims claims, String channel, String first) {
    if (way.element().startsWith("connect")) {
      connect(way, claims.withChannels(List.of(channel)), channel, first);
      return;
    }
    try (DoorClient client =
        DoorKind.WEBSOCKET_PROTOBUF.connect(scene.doors(), Tokens.sign(claims))) {
      CentrifugeClient bare = (CentrifugeClient) client;
      switch (way) {
        case WEBSOCKET_PUBLISH -> Await.done(client.publish(Message.of(channel, "\"third\"")));
        case WEBSOCKET_SUBSCRIBE -> live(client.subscribe(Wish.of(channel)), channel);
        case WEBSOCKET_RECOVER ->
            assertShown(subscribed(bare, recovering(first), channel), "\"second\"");
        case WEBSOCKET_OLDEST ->
            assertShown(
                subscribed(bare, SubscribeRequest.newBuilder().setRecover(true), channel),
                "\"first\"",
                "\"second\"");
        case WEBSOCKET_HISTORY -> assertThat(client.history(channel, 10)).hasSize(2);
        case WEBSOCKET_PRESENCE -> assertThat(client.presence(channel)).isEmpty();
        case WEBSOCKET_PRESENCE_STATS -> {
          var request = PresenceStatsRequest.newBuilder().setChannel(channel);
          Await.done(bare.ask(Command.newBuilder().setPresenceStats(request)));
        }
        case WEBSOCKET_JOIN_LEAVE ->
            changes(client.subscribe(Wish.of(channel).withPresenceEvents()), channel);
        default -> throw new AssertionError(way);
      }
    }
  }

  private static SubscribeRequest.Builder recovering(String since) {
    var position = Cursors.position(since);
    return SubscribeRequest.newBuilder()
        .setRecover(true)
        .setEpoch(position.epoch())
        .setOffset(position.offset());
  }

  private static SubscribeResult subscribed(
      CentrifugeClient client, SubscribeRequest.Builder request, String channel) {
    request.setChannel(channel);
    return Await.done(client.ask(Command.newBuilder().setSubscribe(request))).getSubscribe();
  }

  private static void assertShown(SubscribeResult result, String... texts) {
    assertThat(result.getPublicationsList())
        .extracting(publication -> publication.getData().toStringUtf8())
        .containsExactly(texts);
  }

  private void connect(Way way, TokenClaims claims, String channel, String first) {
    ConnectRequest.Builder request = ConnectRequest.newBuilder().setToken(Tokens.sign(claims));
    if (way == Way.WEBSOCKET_CONNECT_RECOVER) {
      request.putSubs(channel, recovering(first).build());
    } else if (way == Way.WEBSOCKET_CONNECT_OLDEST) {
      request.putSubs(channel, SubscribeRequest.newBuilder().setRecover(true).build());
    }
    SubscribeResult result =
        CentrifugeClient.connecting(scene.doors(), request.build())
            .getConnect()
            .getSubsOrThrow(channel);
    assertThat(result.getPublicationsCount())
        .isEqualTo(way == Way.WEBSOCKET_CONNECT ? 0 : way == Way.WEBSOCKET_CONNECT_RECOVER ? 1 : 2);
  }

  private void graphQl(Way way, String token, String channel, String first) {
    try (DoorClient client = DoorKind.GRAPHQL_SSE.connect(scene.doors(), token)) {
      GraphQlHttpClient bare = (GraphQlHttpClient) client;
      String on = "(channel:\"" + channel + "\"";
      switch (way) {
        case GRAPHQL_PUBLISH -> Await.done(client.publish(Message.of(channel, "\"third\"")));
        case GRAPHQL_MESSAGES -> first(bare, "messages" + on + "){data}", channel, "third");
        case GRAPHQL_FEED -> live(client.subscribe(Wish.of(channel)), channel);
        case GRAPHQL_MESSAGES_LAST_VALUES ->
            first(bare, "messages" + on + ",lastValues:true){data}", channel, "second");
        case GRAPHQL_FEED_LAST_VALUES ->
            first(bare, "feed" + on + ",lastValues:true){...on Message{data}}", channel, "second");
        case GRAPHQL_LAST_VALUES ->
            assertThat(
                    bare.answer("{lastValues(filter:\"" + channel + "\"){messages{data}}}")
                        .toString())
                .contains("second");
        case GRAPHQL_MESSAGES_SINCE ->
            first(bare, "messages" + on + ",since:\"" + first + "\"){data}", channel, "second");
        case GRAPHQL_FEED_SINCE ->
            assertThat(client.subscribe(Wish.of(channel).withSince(first)).texts(1))
                .containsExactly("\"second\"");
        case GRAPHQL_LAST_EVENT_ID ->
            Await.done(bare.eventOf("subscription{messages" + on + "){data}}", first, "second"));
        case GRAPHQL_MESSAGES_OLDEST ->
            first(bare, "messages" + on + ",oldest:true){data}", channel, "first");
        case GRAPHQL_FEED_OLDEST ->
            first(bare, "feed" + on + ",oldest:true){...on Message{data}}", channel, "first");
        case GRAPHQL_HISTORY -> assertThat(client.history(channel, 10)).hasSize(2);
        case GRAPHQL_PRESENCE -> assertThat(client.presence(channel)).isEmpty();
        case GRAPHQL_PRESENCE_STATS -> bare.answer("{presenceStats" + on + "){sessions}}");
        case GRAPHQL_CHANNELS -> bare.answer("{channels(filter:\"" + channel + "\"){name}}");
        case GRAPHQL_CHANNEL_PAGE ->
            bare.answer("{channelPage(filter:\"" + channel + "\"){items{name}}}");
        case GRAPHQL_WATCH ->
            first(bare, "presence" + on + "){change member{user}}", channel, "operator");
        case GRAPHQL_JOIN_LEAVE ->
            changes(client.subscribe(Wish.of(channel).withPresenceEvents()), channel);
        default -> throw new AssertionError(way);
      }
    }
  }

  /** Subscribes over server-sent events until an event holds the text. */
  private void first(GraphQlHttpClient client, String field, String channel, String text) {
    var found = client.eventOf("subscription{" + field + "}", "", text);
    Await.until(
        () -> "subscribed to " + channel,
        () -> found.isDone() || !operator.presence(channel).isEmpty());
    if (!found.isDone()) {
      Await.done(operator.publish(Message.of(channel, "\"third\"")));
      operator.unsubscribe(operator.subscribe(Wish.of(channel)));
    }
    Await.done(found);
  }

  @SuppressWarnings("try") // a client that is away is closed and comes back
  private void mqtt(Way way, String token, String channel, String first) {
    Mqtt5Client.Arrival arrival =
        new Mqtt5Client.Arrival(
            scene.doors().mqttTcp(),
            token,
            UUID.randomUUID().toString(),
            way == Way.MQTT_KEPT_SESSION);
    try (Mqtt5Client client = Mqtt5Client.connect(DoorKind.MQTT_5_QOS_1, 1, arrival)) {
      switch (way) {
        case MQTT_PUBLISH -> Await.done(client.publish(Message.of(channel, "\"third\"")));
        case MQTT_SUBSCRIBE -> live(client.subscribe(Wish.of(channel)), channel);
        case MQTT_RETAINED ->
            assertThat(client.subscribe(Wish.of(channel)).texts(1)).contains("\"second\"");
        case MQTT_SINCE ->
            assertThat(client.subscribe(Wish.of(channel).withSince(first)).texts(1))
                .containsExactly("\"second\"");
        case MQTT_KEPT_SESSION -> {
          Feed feed = client.subscribe(Wish.of(channel));
          feed.endsWith("\"second\"");
          client.close();
          Await.done(operator.publish(Message.of(channel, "\"while it was away\"")));
          client.comeBack();
          feed.endsWith("\"while it was away\"");
          client.unsubscribe(feed);
        }
        default -> throw new AssertionError(way);
      }
    }
  }

  private void grpc(Way way, String token, String channel, String first) {
    try (DoorClient client = DoorKind.GRPC.connect(scene.doors(), token)) {
      GrpcClient bare = (GrpcClient) client;
      Wish wish = Wish.of(channel);
      Subscribe.Builder subscribe = Subscribe.newBuilder().setFilter(channel);
      switch (way) {
        case GRPC_PUBLISH -> {
          Publish publish =
              Publish.newBuilder()
                  .setChannel(channel)
                  .setPayload(ByteString.copyFromUtf8("third"))
                  .build();
          PublishRequest request = PublishRequest.newBuilder().setPublish(publish).build();
          var _ = GrpcClient.call(() -> bare.blocking().publish(request));
        }
        case GRPC_PUBLISH_FRAME -> Await.done(client.publish(Message.of(channel, "\"third\"")));
        case GRPC_SUBSCRIBE -> live(client.subscribe(wish), channel);
        case GRPC_LAST_VALUES -> {
          subscribe.setLastValues(LastValues.LAST_VALUES_ALWAYS);
          assertThat(bare.subscribe(wish, subscribe).texts(1)).containsExactly("\"second\"");
        }
        case GRPC_SINCE ->
            assertThat(client.subscribe(wish.withSince(first)).texts(1))
                .containsExactly("\"second\"");
        case GRPC_BEGINNING -> {
          subscribe.setBeginning(Beginning.getDefaultInstance());
          assertThat(bare.subscribe(wish, subscribe).texts(2))
              .containsExactly("\"first\"", "\"second\"");
        }
        case GRPC_HISTORY -> assertThat(client.history(channel, 10)).hasSize(2);
        case GRPC_PRESENCE -> assertThat(client.presence(channel)).isEmpty();
        case GRPC_CHANNELS -> {
          ChannelsRequest request = ChannelsRequest.newBuilder().setFilter(channel).build();
          var _ = GrpcClient.call(() -> bare.blocking().channels(request));
        }
        case GRPC_PRESENCE_EVENTS -> changes(client.subscribe(wish.withPresenceEvents()), channel);
        default -> throw new AssertionError(way);
      }
    }
  }

  private void live(Feed feed, String channel) {
    Await.done(operator.publish(Message.of(channel, "\"third\"")));
    feed.endsWith("\"third\"");
  }

  private void changes(Feed feed, String channel) {
    Feed other = operator.subscribe(Wish.of(channel));
    feed.awaitChange(true, operator.session());
    operator.unsubscribe(other);
  }
}
