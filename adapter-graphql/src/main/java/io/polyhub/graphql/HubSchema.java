package io.polyhub.graphql;

import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLDirective;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLSchema;
import graphql.schema.LightDataFetcher;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeRuntimeWiring;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Header;
import io.polyhub.channel.JsonPayload;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.Publisher;
import io.polyhub.hub.ChannelSummary;
import io.polyhub.hub.ChannelsPage;
import io.polyhub.hub.Published;
import io.polyhub.hub.Session;
import io.polyhub.hub.Subscribed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The built-in schema, from its resource. The fields of events are read at once, without waiting,
 * so that their execution keeps the order of a lane.
 */
final class HubSchema {

  private static final String RESOURCE = "schema.graphqls";

  private HubSchema() {}

  static GraphQLSchema build() {
    RuntimeWiring.Builder wiring =
        RuntimeWiring.newRuntimeWiring().scalar(JsonScalar.type()).scalar(DateTimeScalar.type());
    HubQueries.wire(wiring);
    HubMutations.wire(wiring);
    HubSubscriptions.wire(wiring);
    messages(wiring);
    members(wiring);
    acknowledgements(wiring);
    return withoutDefer(
        new SchemaGenerator()
            .makeExecutableSchema(new SchemaParser().parse(text()), wiring.build()));
  }

  /** The library announces {@code @defer} in every schema; answers here are always whole. */
  private static GraphQLSchema withoutDefer(GraphQLSchema schema) {
    List<GraphQLDirective> announced =
        schema.getDirectives().stream()
            .filter(directive -> !directive.getName().equals("defer"))
            .toList();
    GraphQLCodeRegistry code =
        schema
            .getCodeRegistry()
            .transform(registry ->
                registry.dataFetcher(
                    FieldCoordinates.coordinates("__Schema", "directives"),
                    (DataFetcher<?>) environment -> announced));
    return schema.transform(builder -> builder.codeRegistry(code));
  }

  /** The schema as it is written. */
  static String text() {
    try (InputStream in = HubSchema.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + ": missing (expected: beside this class)");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void messages(RuntimeWiring.Builder wiring) {
    new Reads<>(MessageView.class)
        .with("channel", message -> message.publication().channel())
        .with("data", MessageView::json)
        .with("text", MessageView::text)
        .with("base64", message -> base64(message.publication().payload()))
        .with("contentType", message -> message.publication().contentType())
        .with("headers", message -> message.publication().headers())
        .with("replyTo", message -> message.publication().replyTo())
        .with("correlationId", message -> base64(message.publication().correlationId()))
        .with("publisher", message -> message.publication().publisher())
        .with("time", message -> Instant.ofEpochMilli(message.publication().timeMillis()))
        .with(
            "expiresAt",
            message -> {
              long expiresAt = message.publication().expiresAtMillis();
              return expiresAt == 0 ? null : Instant.ofEpochMilli(expiresAt);
            })
        .with("retained", message -> message.publication().retained())
        .with("source", MessageView::source)
        .with("cursor", MessageView::cursor)
        .wire(wiring, "Message");
    new Reads<>(Header.class)
        .with("name", Header::name)
        .with("value", Header::value)
        .wire(wiring, "Header");
    new Reads<>(Publisher.class)
        .with("user", Publisher::user)
        .with("session", Publisher::session)
        .with("info", publisher -> json(publisher.info()))
        .wire(wiring, "Publisher");
    new Reads<>(HubQueries.HistoryView.class)
        .with("messages", HubQueries.HistoryView::messages)
        .with("more", view -> view.history().more())
        .with("next", view -> view.history().more() ? text(view.history().next()) : null)
        .with("cursor", view -> text(view.history().top()))
        .with("complete", view -> view.history().complete())
        .with("guarantee", view -> view.history().guarantee())
        .wire(wiring, "History");
    new Reads<>(HubQueries.LastValuesView.class)
        .with("messages", HubQueries.LastValuesView::messages)
        .with("more", view -> view.page().next() != null)
        .with("next", view -> view.page().next())
        .wire(wiring, "LastValues");
  }

  private static void members(RuntimeWiring.Builder wiring) {
    new Reads<>(Member.class)
        .with("session", Member::session)
        .with("user", Member::user)
        .with("door", Member::door)
        .with("info", member -> json(member.info()))
        .with("channelInfo", member -> json(member.channelInfo()))
        .wire(wiring, "Member");
    new Reads<>(PresenceStats.class)
        .with("sessions", PresenceStats::sessions)
        .with("users", PresenceStats::users)
        .with("nodesMissing", PresenceStats::nodesMissing)
        .wire(wiring, "PresenceStats");
    new Reads<>(MemberChange.class)
        .with("channel", MemberChange::channel)
        .with("change", MemberChange::change)
        .with("member", MemberChange::member)
        .wire(wiring, "PresenceEvent");
    new Reads<>(ChannelSummary.class)
        .with("name", ChannelSummary::name)
        .with("subscribers", ChannelSummary::subscribers)
        .wire(wiring, "Channel");
    new Reads<>(ChannelsPage.class)
        .with("items", ChannelsPage::channels)
        .with("more", page -> page.next() != null)
        .with("next", ChannelsPage::next)
        .wire(wiring, "ChannelPage");
    new Reads<>(Session.class)
        .with("user", session -> session.identity().user())
        .with("session", Session::id)
        .with("expiresAt", session -> session.identity().expiresAt())
        .wire(wiring, "Me");
  }

  private static void acknowledgements(RuntimeWiring.Builder wiring) {
    new Reads<>(Published.class)
        .with(
            "cursor",
            published -> {
              var position = published.position();
              return position == null ? null : Cursor.of(position).text();
            })
        .with("guarantee", Published::guarantee)
        .with("duplicate", Published::duplicate)
        .wire(wiring, "Published");
    new Reads<>(Session.Expiry.class).with("at", Session.Expiry::at).wire(wiring, "Expiry");
    new Reads<>(Subscribed.class)
        .with("cursor", subscribed -> text(subscribed.cursor()))
        .with("guarantee", Subscribed::guarantee)
        .with("history", Subscribed::history)
        .with("recovery", Subscribed::recovery)
        .with("expiresAt", Subscribed::expiresAt)
        .wire(wiring, "Subscribed");
  }

  /** A cursor as clients see it; the empty one is none. */
  static @Nullable String text(Cursor cursor) {
    return cursor.equals(Cursor.EMPTY) ? null : cursor.text();
  }

  private static @Nullable String base64(byte @Nullable [] bytes) {
    return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
  }

  /** What a token tells is JSON as a rule; other bytes are shown as a string of base64. */
  private static @Nullable RawJson json(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    return new RawJson(JsonPayload.isJson(bytes) ? bytes : Json.write(base64(bytes)));
  }

  /** The fields of one type, each read from a value of the class. */
  private static final class Reads<T> {

    private final Class<T> source;
    private final Map<String, Function<T, @Nullable Object>> fields = new HashMap<>();

    Reads(Class<T> source) {
      this.source = source;
    }

    Reads<T> with(String field, Function<T, @Nullable Object> read) {
      fields.put(field, read);
      return this;
    }

    void wire(RuntimeWiring.Builder wiring, String type) {
      TypeRuntimeWiring.Builder builder = TypeRuntimeWiring.newTypeWiring(type);
      for (Map.Entry<String, Function<T, @Nullable Object>> field : fields.entrySet()) {
        builder.dataFetcher(field.getKey(), new Read<T>(source, field.getValue()));
      }
      wiring.type(builder);
    }
  }

  /** Reads one field, without making an environment for it. */
  private record Read<T>(Class<T> source, Function<T, @Nullable Object> read)
      implements LightDataFetcher<@Nullable Object> {

    @Override
    public @Nullable Object get(
        GraphQLFieldDefinition field, Object value, Supplier<DataFetchingEnvironment> environment) {
      return read.apply(source.cast(value));
    }

    @Override
    public @Nullable Object get(DataFetchingEnvironment environment) {
      Object value = Objects.requireNonNull(environment.getSource(), "the source of a field");
      return read.apply(source.cast(value));
    }
  }
}
