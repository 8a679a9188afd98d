package io.polyhub.graphql;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Subscribed;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all subscribers with an equal document and equal variables see of events. The result of an
 * event is made once and its bytes are shared: each subscriber only adds its own envelope. Safe for
 * any thread.
 */
final class EventView {

  private final GraphQlEngine engine;
  private final Operation operation;
  private final Map<String, @Nullable Object> variables;
  private final Map<String, @Nullable Object> relevantVariables;
  private volatile @Nullable LastChange lastChange;

  /**
   * @param variables those of the first such subscriber
   * @param relevantVariables those of them that the events' results depend on
   */
  EventView(
      GraphQlEngine engine,
      Operation operation,
      Map<String, @Nullable Object> variables,
      Map<String, @Nullable Object> relevantVariables) {
    this.engine = engine;
    this.operation = operation;
    this.variables = variables;
    this.relevantVariables = relevantVariables;
  }

  Map<String, @Nullable Object> relevantVariables() {
    return relevantVariables;
  }

  Operation operation() {
    return operation;
  }

  /**
   * The result for a message. Where it differs between subscribers (its source, and its cursor in a
   * subscription that spans several logs) and the selection shows that, it is made once for each
   * difference.
   *
   * @param cursor the subscription's place after the message
   */
  byte[] message(Publication publication, Downlink.Source source, Cursor cursor) {
    RawJson json = MessageView.json(publication);
    boolean ownCursor = operation.readsCursor() && !isPlain(cursor, publication.position());
    Object key =
        operation.readsSource() || ownCursor
            ? new Difference(
                this, operation.readsSource() ? source : null, ownCursor ? cursor : null)
            : this;
    return publication.memo(
        key,
        made ->
            engine.event(
                operation, variables, new MessageView(made, json, source, HubSchema.text(cursor))));
  }

  /** Whether the cursor is just the place of the message, and so the same for all. */
  private static boolean isPlain(Cursor cursor, @Nullable Position position) {
    return position == null
        ? cursor.equals(Cursor.EMPTY)
        : cursor.positions().size() == 1 && cursor.positions().getFirst().equals(position);
  }

  /** The result for a member's coming or going; the last one is kept for the next to ask. */
  byte[] change(MemberChange change) {
    LastChange last = lastChange;
    if (last == null || !last.change.equals(change)) {
      last = new LastChange(change, engine.event(operation, variables, change));
      lastChange = last;
    }
    return last.result;
  }

  /** The result for the beginning of one subscription. */
  byte[] subscribed(Subscribed subscribed) {
    return engine.event(operation, variables, subscribed);
  }

  private record Difference(
      EventView view, Downlink.@Nullable Source source, @Nullable Cursor cursor) {}

  @SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
  private record LastChange(MemberChange change, byte[] result) {}
}
