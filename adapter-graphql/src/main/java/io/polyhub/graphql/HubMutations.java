package io.polyhub.graphql;

import graphql.execution.DataFetcherResult;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Header;
import io.polyhub.channel.Quality;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Refusal;
import io.polyhub.identity.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The fields of the schema's type {@code Mutation}. Each asks the session, in its lane. */
final class HubMutations {

  /** The key in the context that says that the session outlives the operation. */
  static final String LASTING = "io.polyhub.graphql.lasting";

  /** The longest time to live; what is meant to stay longer is published without one. */
  static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(36_500);

  private static final double MILLIS_PER_SECOND = 1000;

  private HubMutations() {}

  static void wire(RuntimeWiring.Builder wiring) {
    wiring.type(
        "Mutation",
        type ->
            type.dataFetcher("publish", HubMutations::publish)
                .dataFetcher("refresh", HubMutations::refresh));
  }

  private static CompletableFuture<DataFetcherResult<Object>> publish(
      DataFetchingEnvironment environment) {
    PublishRequest request;
    try {
      request = request(environment);
    } catch (BadArgument bad) {
      return Answers.refused(environment, new CodedError(GraphQlErrorCode.BAD_REQUEST, bad.text));
    }
    return Answers.of(
        environment, Answers.session(environment).publish(request), published -> published);
  }

  private static PublishRequest request(DataFetchingEnvironment environment) throws BadArgument {
    Content content = content(environment);
    String contentType = environment.getArgument("contentType");
    String correlationId = environment.getArgument("correlationId");
    String guarantee = environment.getArgument("guarantee");
    boolean retain = Answers.flag(environment, "retain");
    return new PublishRequest(
        Answers.text(environment, "channel"),
        content.bytes,
        contentType == null ? content.usualType : contentType,
        headers(environment),
        environment.getArgument("replyTo"),
        correlationId == null ? null : bytes("correlationId", correlationId),
        timeToLive(environment),
        retain,
        Quality.ASSURED,
        environment.getArgument("idempotencyKey"),
        guarantee == null ? null : Guarantee.valueOf(guarantee));
  }

  private static Content content(DataFetchingEnvironment environment) throws BadArgument {
    Object data = environment.getArgument("data");
    String text = environment.getArgument("text");
    String base64 = environment.getArgument("base64");
    int given = (data == null ? 0 : 1) + (text == null ? 0 : 1) + (base64 == null ? 0 : 1);
    if (given == 0 && environment.containsArgument("data")) {
      return new Content(new byte[] {'n', 'u', 'l', 'l'}, "application/json");
    }
    if (given != 1) {
      throw new BadArgument("give exactly one of data, text and base64");
    }
    if (text != null) {
      return new Content(text.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
    }
    return base64 != null
        ? new Content(bytes("base64", base64), null)
        : new Content(Json.write(data), "application/json");
  }

  private static List<Header> headers(DataFetchingEnvironment environment) {
    List<Map<String, String>> given = environment.getArgumentOrDefault("headers", List.of());
    List<Header> headers = new ArrayList<>(given.size());
    for (Map<String, String> header : given) {
      headers.add(new Header(header.getOrDefault("name", ""), header.getOrDefault("value", "")));
    }
    return headers;
  }

  private static @Nullable Duration timeToLive(DataFetchingEnvironment environment)
      throws BadArgument {
    Double seconds = environment.getArgument("timeToLive");
    if (seconds == null) {
      return null;
    }
    if (!(seconds > 0 && seconds <= MAX_TIME_TO_LIVE.toSeconds())) {
      throw new BadArgument("timeToLive is a number of seconds above 0");
    }
    return Duration.ofMillis((long) Math.ceil(seconds * MILLIS_PER_SECOND));
  }

  private static byte[] bytes(String name, String base64) throws BadArgument {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException notBase64) {
      throw new BadArgument(name + " is not base64");
    }
  }

  private static CompletableFuture<DataFetcherResult<Object>> refresh(
      DataFetchingEnvironment environment) {
    if (!environment.getGraphQlContext().getBoolean(LASTING)) {
      return Answers.refused(environment, Refusal.NOT_AVAILABLE);
    }
    String token = Answers.text(environment, "token");
    if (token.length() > Credentials.Token.MAX_LENGTH) {
      return Answers.refused(environment, Refusal.UNAUTHENTICATED);
    }
    return Answers.of(
        environment,
        Answers.session(environment).refresh(new Credentials.Token(token)),
        expiry -> expiry);
  }

  /** What to publish, and the media type that it has if the client names none. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed over
  private record Content(byte[] bytes, @Nullable String usualType) {}

  /** An argument that the schema cannot rule out. Has no stack trace. */
  private static final class BadArgument extends Exception {
    private static final long serialVersionUID = 1L;
    private final String text;

    BadArgument(String text) {
      super(text, null, false, false);
      this.text = text;
    }
  }
}
