package io.polyhub.hub;

import io.polyhub.broker.Appended;
import io.polyhub.broker.Broker;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.channel.PresentMembers;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.records.Records;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A real broker with what tests put between it and the hub: nodes that do not hear each other well,
 * and gaps in the live feed.
 */
final class FaultyBroker implements Broker {

  private final Broker inner;
  private final Nodes nodes;
  private @Nullable Listener listener;

  FaultyBroker(Broker inner, Nodes nodes) {
    this.inner = inner;
    this.nodes = nodes;
  }

  /** Says that the live feed of the filter's channels may have had holes. */
  void gap(ChannelFilter filter) {
    Objects.requireNonNull(listener).onGap(filter);
  }

  @Override
  public void start(Listener listener, Rules rules) {
    this.listener = listener;
    inner.start(listener, rules);
  }

  @Override
  public CompletionStage<Appended> append(
      Publication publication, Rule rule, @Nullable String idempotencyKey) {
    return inner.append(publication, rule, idempotencyKey);
  }

  @Override
  public CompletionStage<LogPage> read(LogQuery query) {
    return inner.read(query);
  }

  @Override
  public CompletionStage<Cursor> top(ChannelFilter filter) {
    return inner.top(filter);
  }

  @Override
  public CompletionStage<ValuesPage> lastValues(ValuesQuery query) {
    return inner.lastValues(query);
  }

  @Override
  public CompletionStage<Void> watch(ChannelFilter filter) {
    return inner.watch(filter);
  }

  @Override
  public void unwatch(ChannelFilter filter) {
    inner.unwatch(filter);
  }

  @Override
  public void join(String channel, Member member) {
    inner.join(channel, member);
  }

  @Override
  public void leave(String channel, Member member) {
    inner.leave(channel, member);
  }

  @Override
  public CompletionStage<PresentMembers> members(String channel, int limit) {
    return inner.members(channel, limit);
  }

  @Override
  public CompletionStage<PresenceStats> presenceStats(String channel) {
    return inner.presenceStats(channel);
  }

  @Override
  public Cursor renewed(Cursor cursor) {
    return inner.renewed(cursor);
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @Override
  public Records records(String name) {
    return inner.records(name);
  }

  @Override
  public boolean isReady() {
    return inner.isReady();
  }

  @Override
  public void close() {
    inner.close();
  }
}
