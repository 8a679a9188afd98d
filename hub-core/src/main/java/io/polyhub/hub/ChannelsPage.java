package io.polyhub.hub;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the channels that have subscribers or keep a last value.
 *
 * @param channels ordered by name
 * @param next the channel that the next page comes after; null if there is no next page
 */
public record ChannelsPage(List<ChannelSummary> channels, @Nullable String next) {

  public ChannelsPage {
    channels = List.copyOf(channels);
  }

  /** The first so many of them, in the same order. */
  public static ChannelsPage of(List<ChannelSummary> all, int most) {
    return all.size() <= most
        ? new ChannelsPage(all, null)
        : new ChannelsPage(all.subList(0, most), all.get(most - 1).name());
  }
}
