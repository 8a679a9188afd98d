package io.polyhub.hub.session;

import io.polyhub.broker.Broker;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.NameOrder;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.hub.ChannelSummary;
import io.polyhub.hub.ChannelsPage;
import io.polyhub.hub.History;
import io.polyhub.hub.HistoryRequest;
import io.polyhub.hub.LastValuesPage;
import io.polyhub.hub.Limits;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.Session;
import io.polyhub.hub.lane.Await;
import io.polyhub.hub.lane.FanOut;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what sessions ask: history, presence, channels. Only in the asking session's lane. */
final class Asking {

  private static final Logger log = LoggerFactory.getLogger(Asking.class);

  private final Broker broker;
  private final Rules rules;
  private final Limits limits;
  private final Permissions permissions;
  private final FanOut fanOut;
  private final HubMetrics metrics;
  private final Executor scans;

  /**
   * @param scans where a question that looks at every channel of the node is worked on
   */
  Asking(
      Broker broker,
      Rules rules,
      Limits limits,
      Permissions permissions,
      FanOut fanOut,
      HubMetrics metrics,
      Executor scans) {
    this.broker = broker;
    this.rules = rules;
    this.limits = limits;
    this.permissions = permissions;
    this.fanOut = fanOut;
    this.metrics = metrics;
    this.scans = scans;
  }

  CompletionStage<Outcome<History>> history(Session session, HistoryRequest request) {
    return onChannel(
        session,
        request.channel(),
        Verb.HISTORY,
        rule -> {
          if (!rule.history().isKept()) {
            return refused(Refusal.NOT_AVAILABLE);
          }
          ChannelFilter channel = ChannelFilter.of(request.channel());
          int limit = Math.min(request.limit(), limits.historyPage());
          CompletionStage<LogPage> page =
              limit <= 0
                  ? reaches(channel, request.since())
                  : broker.read(
                      new LogQuery(
                          channel,
                          request.since(),
                          limit,
                          limits.historyPageBytes(),
                          request.reverse()));
          return page.thenCombine(
              broker.top(channel),
              (read, top) ->
                  Outcome.done(
                      new History(
                          limit <= 0 ? List.<Publication>of() : read.publications(),
                          read.next(),
                          limit > 0 && !read.end(),
                          top,
                          read.complete(),
                          read.damaged(),
                          rule.guarantee())));
        });
  }

  /** Reads as little as can be to learn whether history reaches back. */
  private CompletionStage<LogPage> reaches(ChannelFilter channel, @Nullable Cursor since) {
    if (since == null) {
      return CompletableFuture.completedFuture(new LogPage(List.of(), Cursor.EMPTY, true, true));
    }
    return broker.read(new LogQuery(channel, since, 1, 1, false));
  }

  CompletionStage<Outcome<PresentMembers>> presence(Session session, String channel) {
    return onChannel(
        session,
        channel,
        Verb.PRESENCE,
        rule ->
            rule.presence()
                ? broker.members(channel, limits.members()).thenApply(Outcome::done)
                : refused(Refusal.NOT_AVAILABLE));
  }

  CompletionStage<Outcome<PresenceStats>> presenceStats(Session session, String channel) {
    return onChannel(
        session,
        channel,
        Verb.PRESENCE,
        rule ->
            rule.presence()
                ? broker.presenceStats(channel).thenApply(Outcome::done)
                : refused(Refusal.NOT_AVAILABLE));
  }

  CompletionStage<Outcome<LastValuesPage>> lastValues(
      Session session, String text, @Nullable String after, int limit) {
    ChannelFilter filter = ChannelFilter.parse(text).orElse(null);
    if (filter == null) {
      return counted(refused(Refusal.INVALID_FILTER), session);
    }
    if (after != null && !ChannelName.isValid(after)) {
      return counted(refused(Refusal.INVALID_CURSOR), session);
    }
    if (limit < 1) {
      return counted(refused(Refusal.INVALID_REQUEST), session);
    }
    if (!permissions.maySubscribe(session.identity(), filter)) {
      return counted(refused(Refusal.PERMISSION_DENIED), session);
    }
    int most = Math.min(limit, Math.min(limits.historyPage(), limits.lastValues()));
    ValuesQuery query = new ValuesQuery(filter, after, most, limits.historyPageBytes());
    return counted(
        broker
            .lastValues(query)
            .thenApply(page -> Outcome.done(new LastValuesPage(page.values(), page.next()))),
        session);
  }

  CompletionStage<Outcome<ChannelsPage>> channels(
      Session session, String text, @Nullable String after, int limit) {
    ChannelFilter filter = ChannelFilter.parse(text).orElse(null);
    if (filter == null) {
      return counted(refused(Refusal.INVALID_FILTER), session);
    }
    if (after != null && !ChannelName.isValid(after)) {
      return counted(refused(Refusal.INVALID_CURSOR), session);
    }
    if (limit < 1) {
      return counted(refused(Refusal.INVALID_REQUEST), session);
    }
    if (!permissions.may(session.identity(), Verb.PRESENCE, filter)) {
      return counted(refused(Refusal.PERMISSION_DENIED), session);
    }
    int most = Math.min(limit, limits.members());
    ValuesQuery values =
        new ValuesQuery(
            filter, after, Math.min(most, limits.lastValues()), limits.historyPageBytes());
    // One more than fits says whether another page follows.
    return counted(
        CompletableFuture.supplyAsync(() -> fanOut.channels(filter), scans)
            .thenCombine(
                keeping(values, new ArrayList<>(), most + 1L),
                (named, keeping) ->
                    Outcome.done(ChannelsPage.of(list(named, keeping, after), most))),
        session);
  }

  /** The names of channels that keep a last value, the first of them, read page by page. */
  private CompletionStage<List<String>> keeping(ValuesQuery query, List<String> found, long most) {
    return broker
        .lastValues(query)
        .thenCompose(page -> {
          page.values().forEach(value -> found.add(value.channel()));
          return page.next() == null || found.size() >= most
              ? CompletableFuture.completedFuture(found)
              : keeping(query.after(page), found, most);
        });
  }

  private static List<ChannelSummary> list(
      List<ChannelSummary> named, List<String> keeping, @Nullable String after) {
    TreeMap<String, ChannelSummary> all = new TreeMap<>(NameOrder.BY_CODE_POINT);
    for (String channel : keeping) {
      all.put(channel, new ChannelSummary(channel, 0));
    }
    for (ChannelSummary channel : named) {
      if (after == null || NameOrder.BY_CODE_POINT.compare(channel.name(), after) > 0) {
        all.put(channel.name(), channel);
      }
    }
    return List.copyOf(all.values());
  }

  private <T> CompletionStage<Outcome<T>> onChannel(
      Session session, String channel, Verb verb, Function<Rule, CompletionStage<Outcome<T>>> ask) {
    if (!ChannelName.isValid(channel)) {
      return counted(refused(Refusal.INVALID_CHANNEL), session);
    }
    Rule rule = rules.find(channel).orElse(null);
    if (rule == null) {
      return counted(refused(Refusal.UNKNOWN_CHANNEL), session);
    }
    if (!permissions.may(session.identity(), verb, channel, rule)) {
      return counted(refused(Refusal.PERMISSION_DENIED), session);
    }
    return counted(ask.apply(rule), session);
  }

  /** Brings the answer to the lane, and counts it if it is a refusal. */
  private <T> CompletionStage<Outcome<T>> counted(
      CompletionStage<Outcome<T>> stage, Session session) {
    CompletableFuture<Outcome<T>> answer = new CompletableFuture<>();
    Await.inLane(
        session.lane(),
        stage,
        outcome -> {
          if (outcome instanceof Outcome.Refused<T> no) {
            metrics.refused(no.refusal());
          }
          answer.complete(outcome);
        },
        () -> answer.complete(Outcome.refused(Refusal.BROKER_UNAVAILABLE)),
        log);
    return answer;
  }

  private static <T> CompletionStage<Outcome<T>> refused(Refusal refusal) {
    return CompletableFuture.completedFuture(Outcome.refused(refusal));
  }
}
