package io.polyhub.server.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.polyhub.channel.ChannelName;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Reach;
import io.polyhub.hub.Reach.Reached;
import io.polyhub.hub.Reach.Target;
import io.polyhub.hub.Refusal;
import io.polyhub.websocket.CentrifugeTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What operators may do with sessions, as {@code POST /sessions/ACTION} with a JSON object. Knows
 * no HTTP. Blocks until all nodes have done their part, within a limit. Safe for any thread.
 */
public final class SessionsApi {

  /** The actions, by their names in the path. */
  static final Set<String> ACTIONS =
      Set.of("disconnect", "revoke", "restore", "refresh", "message");

  /** The doors that sessions come by. */
  private static final Set<String> DOORS = doors();

  private static final int MAX_DEPTH = 64;
  private static final long LIMIT_SECONDS = 15;
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final Reach reach;

  private static Set<String> doors() {
    Set<String> doors = new TreeSet<>(Set.of("graphql", "grpc", "mqtt"));
    for (CentrifugeTransport transport : CentrifugeTransport.values()) {
      doors.add(transport.door());
    }
    return doors;
  }

  public SessionsApi(Reach reach) {
    this.reach = reach;
  }

  /**
   * An answer.
   *
   * @param status of HTTP
   * @param body to be written as JSON
   */
  record Answer(int status, Map<String, Object> body) {

    static Answer error(int status, String sentence) {
      return new Answer(status, Map.of("error", sentence));
    }
  }

  /** A request that is not as it should be; the message is for the caller. */
  private static final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequestException(String message) {
      super(message, null, false, false);
    }
  }

  /** The members of a request; all that may be there. */
  private static final class Body {
    private @Nullable String user;
    private @Nullable String session;
    private boolean all;
    private @Nullable String door;
    private @Nullable String subscribersOf;
    private boolean reconnect;
    private @Nullable Instant issuedBefore;
    private byte @Nullable [] data;
  }

  /** Does what is asked for. */
  Answer call(String action, byte[] request) {
    try {
      Body body = read(request);
      Outcome<Reached> outcome =
          act(action, body).toCompletableFuture().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
      return switch (outcome) {
        case Outcome.Done<Reached> done -> new Answer(200, told(done.value()));
        case Outcome.Refused<Reached> refused ->
            Answer.error(status(refused.refusal()), refused.refusal().text());
      };
    } catch (BadRequestException e) {
      return Answer.error(400, String.valueOf(e.getMessage()));
    } catch (CompletionException tooLate) {
      return Answer.error(504, "not done within " + LIMIT_SECONDS + " seconds");
    }
  }

  private CompletionStage<Outcome<Reached>> act(String action, Body body)
      throws BadRequestException {
    return switch (action) {
      case "disconnect" -> reach.disconnect(target(body), body.reconnect);
      case "revoke" -> reach.revoke(userAlone(body), body.issuedBefore);
      case "restore" -> reach.restore(userAlone(body));
      case "refresh" -> reach.refresh(target(body));
      case "message" -> {
        byte[] data = body.data;
        if (data == null) {
          throw new BadRequestException("data or base64 is missing");
        }
        yield reach.message(target(body), data);
      }
      default -> throw new BadRequestException("no such action");
    };
  }

  private static Target target(Body body) throws BadRequestException {
    List<Target> targets = new ArrayList<>();
    if (body.user != null) {
      targets.add(new Target.User(user(body)));
    }
    if (body.session != null) {
      targets.add(new Target.OneSession(body.session));
    }
    if (body.all) {
      targets.add(new Target.All());
    }
    if (body.door != null) {
      targets.add(new Target.Door(body.door));
    }
    if (body.subscribersOf != null) {
      targets.add(new Target.SubscribersOf(body.subscribersOf));
    }
    if (targets.size() != 1) {
      throw new BadRequestException(
          "exactly one of user, session, all, door and subscribersOf is needed");
    }
    return targets.getFirst();
  }

  /** Credentials are a user's; revoking those of others besides is not what this does. */
  private static String userAlone(Body body) throws BadRequestException {
    if (body.session != null || body.all || body.door != null || body.subscribersOf != null) {
      throw new BadRequestException("only user can be named here");
    }
    return user(body);
  }

  private static String user(Body body) throws BadRequestException {
    String user = body.user;
    if (user == null || user.isEmpty()) {
      throw new BadRequestException("user is missing or empty");
    }
    return user;
  }

  private static int status(Refusal refusal) {
    return switch (refusal) {
      case TOO_LARGE -> 413;
      case LIMIT_EXCEEDED, RATE_LIMITED -> 429;
      case BROKER_UNAVAILABLE, SHUTTING_DOWN -> 503;
      case INTERNAL -> 500;
      case UNAUTHENTICATED,
          CREDENTIALS_EXPIRED,
          PERMISSION_DENIED,
          INVALID_CHANNEL,
          INVALID_FILTER,
          INVALID_CURSOR,
          INVALID_REQUEST,
          UNKNOWN_CHANNEL,
          ALREADY_SUBSCRIBED,
          NOT_SUBSCRIBED,
          UNRECOVERABLE_POSITION,
          NOT_AVAILABLE,
          GUARANTEE_UNAVAILABLE ->
          400;
    };
  }

  private static Map<String, Object> told(Reached reached) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("sessions", reached.found());
    told.put("ended", reached.ended());
    told.put("asked", reached.asked());
    told.put("sent", reached.sent());
    told.put("busy", reached.busy());
    told.put("notPossible", reached.notPossible());
    told.put("everywhere", reached.everywhere());
    return told;
  }

  // Reading

  private static Body read(byte[] request) throws BadRequestException {
    Body body = new Body();
    try (JsonParser json = FACTORY.createParser(request)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new BadRequestException("a JSON object is needed");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        member(json, name, body);
      }
      if (json.nextToken() != null) {
        throw new BadRequestException("there is more than one JSON object");
      }
    } catch (IOException malformed) {
      throw new BadRequestException("not JSON");
    }
    return body;
  }

  private static void member(JsonParser json, String name, Body body)
      throws IOException, BadRequestException {
    switch (name) {
      case "user" -> body.user = text(json, name);
      case "session" -> body.session = text(json, name);
      case "all" -> {
        if (json.currentToken() != JsonToken.VALUE_TRUE) {
          throw new BadRequestException("all: true is needed");
        }
        body.all = true;
      }
      case "door" -> {
        body.door = text(json, name);
        if (!DOORS.contains(body.door)) {
          throw new BadRequestException("door: one of " + String.join(", ", DOORS) + " is needed");
        }
      }
      case "subscribersOf" -> {
        body.subscribersOf = text(json, name);
        if (!ChannelName.isValid(body.subscribersOf)) {
          throw new BadRequestException("subscribersOf: a channel's name is needed");
        }
      }
      case "reconnect" -> {
        if (!json.currentToken().isBoolean()) {
          throw new BadRequestException("reconnect: true or false is needed");
        }
        body.reconnect = json.getBooleanValue();
      }
      case "issuedBefore" -> body.issuedBefore = instant(text(json, name));
      case "data" -> data(body, copy(json));
      case "base64" -> data(body, decode(text(json, name)));
      default -> throw new BadRequestException("a member is not known");
    }
  }

  private static void data(Body body, byte[] data) throws BadRequestException {
    if (body.data != null) {
      throw new BadRequestException("one of data and base64 is enough");
    }
    body.data = data;
  }

  private static String text(JsonParser json, String name) throws IOException, BadRequestException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadRequestException(name + ": a text is needed");
    }
    return json.getText();
  }

  private static Instant instant(String text) throws BadRequestException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException notOne) {
      throw new BadRequestException("issuedBefore: a time such as 2026-01-31T12:00:00Z is needed");
    }
  }

  private static byte[] decode(String text) throws BadRequestException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException notOne) {
      throw new BadRequestException("base64: not Base64");
    }
  }

  /** The value at hand, as JSON. */
  private static byte[] copy(JsonParser json) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator copy = FACTORY.createGenerator(bytes)) {
      copy.copyCurrentStructure(json);
    }
    return bytes.toByteArray();
  }
}
