package io.polyhub.conformance;

import io.polyhub.channel.Verb;
import java.util.EnumSet;
import java.util.Set;

/**
 * Every way of asking a door for something that a verb guards, by the name which it has in the
 * table of docs/identity.md. One that is not here fails the test of the table.
 */
enum Way {
  WEBSOCKET_PUBLISH(Door.WEBSOCKET, "publish", Verb.PUBLISH),
  WEBSOCKET_SUBSCRIBE(Door.WEBSOCKET, "subscribe", Verb.SUBSCRIBE),
  WEBSOCKET_CONNECT(Door.WEBSOCKET, "connect", Verb.SUBSCRIBE),
  WEBSOCKET_RECOVER(Door.WEBSOCKET, "subscribe.recover", Verb.SUBSCRIBE),
  WEBSOCKET_CONNECT_RECOVER(Door.WEBSOCKET, "connect.subs", Verb.SUBSCRIBE),
  WEBSOCKET_OLDEST(Door.WEBSOCKET, "subscribe.recover from nowhere", Verb.SUBSCRIBE, Verb.HISTORY),
  WEBSOCKET_CONNECT_OLDEST(
      Door.WEBSOCKET, "connect.subs from nowhere", Verb.SUBSCRIBE, Verb.HISTORY),
  WEBSOCKET_HISTORY(Door.WEBSOCKET, "history", Verb.HISTORY),
  WEBSOCKET_PRESENCE(Door.WEBSOCKET, "presence", Verb.PRESENCE),
  WEBSOCKET_PRESENCE_STATS(Door.WEBSOCKET, "presence_stats", Verb.PRESENCE),
  WEBSOCKET_JOIN_LEAVE(Door.WEBSOCKET, "subscribe.join_leave", Verb.SUBSCRIBE, Verb.PRESENCE),

  GRAPHQL_PUBLISH(Door.GRAPHQL, "mutation publish", Verb.PUBLISH),
  GRAPHQL_MESSAGES(Door.GRAPHQL, "subscription messages", Verb.SUBSCRIBE),
  GRAPHQL_FEED(Door.GRAPHQL, "subscription feed", Verb.SUBSCRIBE),
  GRAPHQL_MESSAGES_LAST_VALUES(Door.GRAPHQL, "messages(lastValues)", Verb.SUBSCRIBE),
  GRAPHQL_FEED_LAST_VALUES(Door.GRAPHQL, "feed(lastValues)", Verb.SUBSCRIBE),
  GRAPHQL_LAST_VALUES(Door.GRAPHQL, "query lastValues", Verb.SUBSCRIBE),
  GRAPHQL_MESSAGES_SINCE(Door.GRAPHQL, "messages(since)", Verb.SUBSCRIBE),
  GRAPHQL_FEED_SINCE(Door.GRAPHQL, "feed(since)", Verb.SUBSCRIBE),
  GRAPHQL_LAST_EVENT_ID(Door.GRAPHQL, "Last-Event-ID", Verb.SUBSCRIBE),
  GRAPHQL_MESSAGES_OLDEST(Door.GRAPHQL, "messages(oldest)", Verb.SUBSCRIBE, Verb.HISTORY),
  GRAPHQL_FEED_OLDEST(Door.GRAPHQL, "feed(oldest)", Verb.SUBSCRIBE, Verb.HISTORY),
  GRAPHQL_HISTORY(Door.GRAPHQL, "query history", Verb.HISTORY),
  GRAPHQL_PRESENCE(Door.GRAPHQL, "query presence", Verb.PRESENCE),
  GRAPHQL_PRESENCE_STATS(Door.GRAPHQL, "query presenceStats", Verb.PRESENCE),
  GRAPHQL_CHANNELS(Door.GRAPHQL, "query channels", Verb.PRESENCE),
  GRAPHQL_CHANNEL_PAGE(Door.GRAPHQL, "query channelPage", Verb.PRESENCE),
  GRAPHQL_WATCH(Door.GRAPHQL, "subscription presence", Verb.SUBSCRIBE, Verb.PRESENCE),
  GRAPHQL_JOIN_LEAVE(Door.GRAPHQL, "feed(joinLeave)", Verb.SUBSCRIBE, Verb.PRESENCE),

  MQTT_PUBLISH(Door.MQTT, "PUBLISH", Verb.PUBLISH),
  MQTT_SUBSCRIBE(Door.MQTT, "SUBSCRIBE", Verb.SUBSCRIBE),
  MQTT_RETAINED(Door.MQTT, "SUBSCRIBE to retained messages", Verb.SUBSCRIBE),
  MQTT_SINCE(Door.MQTT, "polyhub-since", Verb.SUBSCRIBE),
  MQTT_KEPT_SESSION(Door.MQTT, "CONNECT to a kept session", Verb.SUBSCRIBE),

  GRPC_PUBLISH(Door.GRPC, "rpc Publish", Verb.PUBLISH),
  GRPC_PUBLISH_FRAME(Door.GRPC, "frame publish", Verb.PUBLISH),
  GRPC_SUBSCRIBE(Door.GRPC, "frame subscribe", Verb.SUBSCRIBE),
  GRPC_LAST_VALUES(Door.GRPC, "subscribe.last_values", Verb.SUBSCRIBE),
  GRPC_SINCE(Door.GRPC, "subscribe.since", Verb.SUBSCRIBE),
  GRPC_BEGINNING(Door.GRPC, "subscribe.beginning", Verb.SUBSCRIBE, Verb.HISTORY),
  GRPC_HISTORY(Door.GRPC, "rpc History", Verb.HISTORY),
  GRPC_PRESENCE(Door.GRPC, "rpc Presence", Verb.PRESENCE),
  GRPC_CHANNELS(Door.GRPC, "rpc Channels", Verb.PRESENCE),
  GRPC_PRESENCE_EVENTS(Door.GRPC, "subscribe.presence_events", Verb.SUBSCRIBE, Verb.PRESENCE);

  private final Door door;
  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
  private final Set<Verb> verbs;

  Way(Door door, String text, Verb first, Verb... rest) {
    this.door = door;
    this.text = text;
    this.verbs = Set.copyOf(EnumSet.of(first, rest));
  }

  Door door() {
    return door;
  }

  /** Its name in the table. */
  String text() {
    return text;
  }

  /** What of the protocol it is, as {@link WaysOfDoors} names it. */
  String element() {
    int words = text.indexOf(" from ");
    int more = text.indexOf(" to ");
    return words > 0 ? text.substring(0, words) : more > 0 ? text.substring(0, more) : text;
  }

  /** The verbs that it needs, and no other. */
  Set<Verb> verbs() {
    return verbs;
  }
}
