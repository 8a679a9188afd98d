package io.polyhub.graphql;

import graphql.execution.ResultPath;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Cursor;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.SubscribeRequest;
import io.polyhub.hub.Subscribed;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the schema's type {@code Subscription}. Without a root object they read their
 * arguments into a {@link StreamRequest}; with an event as the root object they are that event.
 */
final class HubSubscriptions {

  /** The key in the context of a cursor that takes the place of {@code since}. */
  static final String RESUME_FROM = "io.polyhub.graphql.resumeFrom";

  private HubSubscriptions() {}

  static void wire(RuntimeWiring.Builder wiring) {
    wiring.type(
        "Subscription",
        type ->
            type.dataFetcher("messages", field -> field(field, StreamRequest.Kind.MESSAGES))
                .dataFetcher("feed", field -> field(field, StreamRequest.Kind.FEED))
                .dataFetcher("presence", field -> field(field, StreamRequest.Kind.PRESENCE)));
    wiring.type(
        "FeedEvent",
        type ->
            type.typeResolver(event ->
                event
                    .getSchema()
                    .getObjectType(
                        switch (event.getObject()) {
                          case Subscribed ignored -> "Subscribed";
                          case MessageView ignored -> "Message";
                          case MemberChange ignored -> "PresenceEvent";
                          case null, default ->
                              throw new IllegalStateException("not a feed's event");
                        })));
  }

  private static @Nullable Object field(
      DataFetchingEnvironment environment, StreamRequest.Kind kind) {
    Object event = environment.getRoot();
    if (event != null) {
      return event;
    }
    try {
      SubscribeRequest request = request(environment, kind);
      ResultPath path = environment.getExecutionStepInfo().getPath();
      environment
          .getGraphQlContext()
          .put(StreamRequest.class, new StreamRequest(kind, request, path));
      return null;
    } catch (BadArgument bad) {
      return Answers.failed(environment, bad.error);
    }
  }

  private static SubscribeRequest request(
      DataFetchingEnvironment environment, StreamRequest.Kind kind) throws BadArgument {
    String token = environment.getArgument("token");
    return switch (kind) {
      case PRESENCE ->
          SubscribeRequest.to(channel(Answers.text(environment, "channel")))
              .withJoinLeave(true)
              .withToken(token);
      case MESSAGES -> messages(environment).withToken(token);
      case FEED ->
          messages(environment)
              .withToken(token)
              .withJoinLeave(Answers.flag(environment, "joinLeave"));
    };
  }

  private static SubscribeRequest messages(DataFetchingEnvironment environment) throws BadArgument {
    return SubscribeRequest.to(filter(environment))
        .withStart(start(environment))
        .withMustRecover(Answers.flag(environment, "mustRecover"))
        .withLastValues(Answers.flag(environment, "lastValues"))
        .withNoLocal(Answers.flag(environment, "noLocal"));
  }

  private static String filter(DataFetchingEnvironment environment) throws BadArgument {
    String channel = environment.getArgument("channel");
    String filter = environment.getArgument("filter");
    if (channel != null && filter == null) {
      return channel(channel);
    }
    if (filter != null && channel == null) {
      return filter;
    }
    throw new BadArgument(
        new CodedError(GraphQlErrorCode.BAD_REQUEST, "give exactly one of channel and filter"));
  }

  /** A name with wildcards is a filter, and asked for as one. */
  private static String channel(String name) throws BadArgument {
    if (!ChannelName.isValid(name)) {
      throw new BadArgument(CodedError.of(Refusal.INVALID_CHANNEL));
    }
    return name;
  }

  private static SubscribeRequest.Start start(DataFetchingEnvironment environment)
      throws BadArgument {
    String resumeFrom = environment.getGraphQlContext().get(RESUME_FROM);
    if (resumeFrom != null) {
      return since(resumeFrom);
    }
    String since = environment.getArgument("since");
    boolean oldest = Answers.flag(environment, "oldest");
    if (since == null) {
      return oldest ? new SubscribeRequest.Start.Oldest() : new SubscribeRequest.Start.Now();
    }
    if (oldest) {
      throw new BadArgument(
          new CodedError(GraphQlErrorCode.BAD_REQUEST, "give at most one of since and oldest"));
    }
    return since(since);
  }

  private static SubscribeRequest.Start since(String text) throws BadArgument {
    Optional<Cursor> cursor = Cursor.parse(text);
    if (cursor.isEmpty()) {
      throw new BadArgument(CodedError.of(Refusal.INVALID_CURSOR));
    }
    return new SubscribeRequest.Start.Since(cursor.get());
  }

  /** An argument that the schema cannot rule out. Has no stack trace. */
  private static final class BadArgument extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient CodedError error;

    BadArgument(CodedError error) {
      super(error.text(), null, false, false);
      this.error = error;
    }
  }
}
