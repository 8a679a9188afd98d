package io.polyhub.hub;

import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgement of a publication.
 *
 * @param guarantee which guarantee is in force for it
 * @param position its place in the log, or null on a channel without history
 * @param duplicate whether its idempotency key had been seen, so that the earlier one stands
 */
public record Published(Guarantee guarantee, @Nullable Position position, boolean duplicate) {}
