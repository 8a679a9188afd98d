package io.polyhub.hub;

import io.polyhub.channel.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a channel's history.
 *
 * @param channel a channel name, as the client wrote it
 * @param limit the most publications; 0 for the position alone; cut to the hub's limit
 * @param since the exclusive start, or null for the oldest (or, in reverse, the newest)
 * @param reverse whether to walk back
 */
public record HistoryRequest(String channel, int limit, @Nullable Cursor since, boolean reverse) {}
