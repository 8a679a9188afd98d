package io.polyhub.graphql;

import graphql.execution.DataFetcherResult;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Publication;
import io.polyhub.hub.ChannelsPage;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.History;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.LastValuesPage;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The fields of the schema's type {@code Query}. Each asks the session, in its lane. */
final class HubQueries {

  /** A {@link History} as the schema shows it. */
  record HistoryView(History history, List<MessageView> messages) {}

  /** A {@link LastValuesPage} as the schema shows it. */
  record LastValuesView(LastValuesPage page, List<MessageView> messages) {}

  private HubQueries() {}

  static void wire(RuntimeWiring.Builder wiring) {
    wiring.type(
        "Query",
        type ->
            type.dataFetcher("history", HubQueries::history)
                .dataFetcher("lastValues", HubQueries::lastValues)
                .dataFetcher("presence", HubQueries::presence)
                .dataFetcher("presenceStats", HubQueries::presenceStats)
                .dataFetcher("channels", HubQueries::channels)
                .dataFetcher("channelPage", HubQueries::channelPage)
                .dataFetcher("me", Answers::session));
  }

  private static CompletableFuture<DataFetcherResult<Object>> history(
      DataFetchingEnvironment environment) {
    String since = environment.getArgument("since");
    Cursor start = null;
    if (since != null) {
      Optional<Cursor> cursor = Cursor.parse(since);
      if (cursor.isEmpty()) {
        return Answers.refused(environment, Refusal.INVALID_CURSOR);
      }
      start = cursor.get();
    }
    int limit = Answers.number(environment, "limit");
    if (limit < 0) {
      return Answers.refused(environment, Refusal.INVALID_REQUEST);
    }
    boolean reverse = Answers.flag(environment, "reverse");
    HistoryRequest request =
        new HistoryRequest(Answers.text(environment, "channel"), limit, start, reverse);
    return Answers.of(environment, Answers.session(environment).history(request), HubQueries::view);
  }

  private static HistoryView view(History history) {
    return new HistoryView(history, messages(history.publications(), Downlink.Source.LOG));
  }

  private static CompletableFuture<DataFetcherResult<Object>> lastValues(
      DataFetchingEnvironment environment) {
    String after = environment.getArgument("after");
    return Answers.of(
        environment,
        Answers.session(environment)
            .lastValues(
                Answers.text(environment, "filter"), after, Answers.number(environment, "limit")),
        page ->
            new LastValuesView(page, messages(page.publications(), Downlink.Source.LAST_VALUE)));
  }

  private static List<MessageView> messages(
      List<Publication> publications, Downlink.Source source) {
    List<MessageView> messages = new ArrayList<>(publications.size());
    for (Publication publication : publications) {
      var position = publication.position();
      messages.add(
          new MessageView(
              publication,
              MessageView.json(publication),
              source,
              position == null ? null : Cursor.of(position).text()));
    }
    return messages;
  }

  private static CompletableFuture<DataFetcherResult<Object>> presence(
      DataFetchingEnvironment environment) {
    Session session = Answers.session(environment);
    return Answers.of(
        environment,
        session.presence(Answers.text(environment, "channel")),
        PresentMembers::members);
  }

  private static CompletableFuture<DataFetcherResult<Object>> presenceStats(
      DataFetchingEnvironment environment) {
    Session session = Answers.session(environment);
    return Answers.of(
        environment, session.presenceStats(Answers.text(environment, "channel")), stats -> stats);
  }

  private static CompletableFuture<DataFetcherResult<Object>> channels(
      DataFetchingEnvironment environment) {
    return Answers.of(environment, page(environment), ChannelsPage::channels);
  }

  private static CompletableFuture<DataFetcherResult<Object>> channelPage(
      DataFetchingEnvironment environment) {
    return Answers.of(environment, page(environment), page -> page);
  }

  private static CompletionStage<Outcome<ChannelsPage>> page(DataFetchingEnvironment environment) {
    String after = environment.getArgument("after");
    return Answers.session(environment)
        .channels(Answers.text(environment, "filter"), after, Answers.number(environment, "limit"));
  }
}
