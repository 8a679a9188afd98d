package io.polyhub.mqtt.packet;

import io.polyhub.channel.ChannelFilter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A topic filter as clients write it: with or without the name under which subscriptions share
 * (section 4.8.2). Immutable.
 *
 * @param share the share name, or null for a subscription that does not share
 * @param filter what is matched
 */
public record SharedFilter(@Nullable String share, ChannelFilter filter) {

  /** What the filters of shared subscriptions begin with; also a shared one without a name does. */
  private static final String SHARED = "$share";

  /** Returns whether the text is meant as the filter of a shared subscription. */
  static boolean isShared(String text) {
    return text.startsWith(SHARED)
        && (text.length() == SHARED.length() || text.charAt(SHARED.length()) == '/');
  }

  /** Returns what the text writes, or nothing if that is no topic filter. */
  public static Optional<SharedFilter> parse(String text) {
    if (!isShared(text)) {
      return ChannelFilter.parse(text).map(filter -> new SharedFilter(null, filter));
    }
    int name = SHARED.length() + 1;
    int end = text.indexOf('/', name);
    if (end <= name) {
      return Optional.empty();
    }
    String share = text.substring(name, end);
    if (share.indexOf('+') >= 0 || share.indexOf('#') >= 0) {
      return Optional.empty();
    }
    return ChannelFilter.parse(text.substring(end + 1))
        .map(filter -> new SharedFilter(share, filter));
  }
}
