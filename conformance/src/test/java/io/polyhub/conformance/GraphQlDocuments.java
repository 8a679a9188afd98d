package io.polyhub.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.polyhub.channel.Header;
import io.polyhub.hub.Subscribed.Recovery;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What a client says in GraphQL, and how it reads what comes back, whatever carries it. */
final class GraphQlDocuments {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final String MESSAGE_FIELDS =
      "channel data base64 contentType headers{name value} replyTo correlationId cursor";

  private static final String PUBLISH =
      "mutation($channel:String!,$data:JSON,$base64:String,$contentType:String,"
          + "$headers:[HeaderInput!]!,$replyTo:String,$correlationId:String,$key:String)"
          + "{publish(channel:$channel,data:$data,base64:$base64,contentType:$contentType,"
          + "headers:$headers,replyTo:$replyTo,correlationId:$correlationId,"
          + "idempotencyKey:$key){cursor guarantee}}";

  private static final String FEED =
      "subscription($filter:String!,$since:String,$mustRecover:Boolean!,$joinLeave:Boolean!)"
          + "{feed(filter:$filter,since:$since,mustRecover:$mustRecover,joinLeave:$joinLeave)"
          + "{__typename ...on Subscribed{cursor recovery}"
          + " ...on Message{"
          + MESSAGE_FIELDS
          + "} ...on PresenceEvent{change channel member{session}}}}";

  private static final String HISTORY =
      "query($channel:String!,$limit:Int!){history(channel:$channel,limit:$limit)"
          + "{messages{"
          + MESSAGE_FIELDS
          + "}}}";

  private static final String PRESENCE =
      "query($channel:String!){presence(channel:$channel){session user door}}";

  private static final String REFRESH = "mutation($token:String!){refresh(token:$token){at}}";

  private GraphQlDocuments() {}

  static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError(json, notJson);
    }
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  private static ObjectNode request(String query, ObjectNode variables) {
    return object().put("query", query).set("variables", variables);
  }

  /** JSON without a media type goes as {@code data}, all else as {@code base64}. */
  static ObjectNode publish(Message message) {
    return publish(message, "");
  }

  /** The same, under a key by which it counts once. */
  static ObjectNode publish(Message message, String key) {
    ObjectNode variables = object().put("channel", message.channel());
    if (message.contentType().isEmpty() && isJson(message.payload())) {
      variables.set("data", parse(message.text()));
    } else {
      variables.put("base64", encoded(message.payload()));
    }
    ArrayNode headers = variables.putArray("headers");
    for (Header header : message.headers()) {
      headers.addObject().put("name", header.name()).put("value", header.value());
    }
    putIfGiven(variables, "contentType", message.contentType());
    putIfGiven(variables, "replyTo", message.replyTo());
    putIfGiven(variables, "correlationId", encoded(message.correlationId()));
    putIfGiven(variables, "key", key);
    return request(PUBLISH, variables);
  }

  private static void putIfGiven(ObjectNode variables, String name, String value) {
    if (!value.isEmpty()) {
      variables.put(name, value);
    }
  }

  private static boolean isJson(ByteString payload) {
    try {
      return payload.isValidUtf8() && !MAPPER.readTree(payload.toStringUtf8()).isMissingNode();
    } catch (JsonProcessingException notJson) {
      return false;
    }
  }

  static ObjectNode feed(Wish wish) {
    ObjectNode variables =
        object()
            .put("filter", wish.filter())
            .put("mustRecover", wish.mustRecover())
            .put("joinLeave", wish.presenceEvents());
    putIfGiven(variables, "since", wish.since());
    return request(FEED, variables);
  }

  static ObjectNode history(String channel, int limit) {
    return request(HISTORY, object().put("channel", channel).put("limit", limit));
  }

  static ObjectNode presence(String channel) {
    return request(PRESENCE, object().put("channel", channel));
  }

  static ObjectNode refresh(String token) {
    return request(REFRESH, object().put("token", token));
  }

  /** The data of an answer, or a refusal with the code of its first error. */
  static JsonNode data(JsonNode answer) {
    if (answer.has("errors")) {
      throw new Refused(code(answer.get("errors")));
    }
    return answer.get("data");
  }

  /** The code of the first error. */
  static String code(JsonNode errors) {
    return errors.path(0).path("extensions").path("code").asText("no code");
  }

  static String publishedCursor(JsonNode answer) {
    return data(answer).get("publish").path("cursor").asText("");
  }

  static List<Message> messages(JsonNode answer) {
    List<Message> messages = new ArrayList<>();
    data(answer).get("history").get("messages").forEach(one -> messages.add(message(one)));
    return messages;
  }

  static List<DoorClient.Present> members(JsonNode answer) {
    List<DoorClient.Present> members = new ArrayList<>();
    for (JsonNode one : data(answer).get("presence")) {
      members.add(
          new DoorClient.Present(
              one.get("session").asText(), one.get("user").asText(), one.get("door").asText()));
    }
    return members;
  }

  /** Hands on one event of a feed. Tells whether it was the acknowledgement. */
  static boolean accept(Feed feed, JsonNode answer) {
    JsonNode event = data(answer).get("feed");
    return switch (event.get("__typename").asText()) {
      case "Subscribed" -> {
        feed.began(
            event.path("cursor").asText(""), Recovery.valueOf(event.get("recovery").asText()));
        yield true;
      }
      case "Message" -> {
        feed.add(new Received(message(event), event.path("cursor").asText("")));
        yield false;
      }
      case "PresenceEvent" -> {
        feed.add(
            new Feed.Change(
                event.get("change").asText().equals("JOINED"),
                event.get("channel").asText(),
                event.get("member").get("session").asText()));
        yield false;
      }
      default -> throw new AssertionError("a feed has no such event: " + event);
    };
  }

  private static Message message(JsonNode node) {
    List<Header> headers = new ArrayList<>();
    for (JsonNode header : node.get("headers")) {
      headers.add(new Header(header.get("name").asText(), header.get("value").asText()));
    }
    JsonNode data = node.get("data");
    return new Message(
        node.get("channel").asText(),
        data.isNull() ? decoded(node, "base64") : ByteString.copyFromUtf8(data.toString()),
        node.path("contentType").asText(""),
        headers,
        node.path("replyTo").asText(""),
        decoded(node, "correlationId"));
  }

  private static ByteString decoded(JsonNode node, String name) {
    return ByteString.copyFrom(Base64.getDecoder().decode(node.path(name).asText("")));
  }

  private static String encoded(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
