package io.polyhub.identity;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a session acts for, the same on every door.
 *
 * @param user the user's id; empty for an anonymous one
 * @param grants what it may do, beside what the rules open to everyone
 * @param expiresAt when its credentials end, or null for never
 * @param info opaque bytes about the user for other subscribers (JSON), or null
 * @param channels channels to which the hub subscribes it at once, where the door can say so
 * @param issuedAt when its credentials were issued, or null if they do not say
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record Identity(
    String user,
    List<Grant> grants,
    @Nullable Instant expiresAt,
    byte @Nullable [] info,
    List<String> channels,
    @Nullable Instant issuedAt) {

  /** The most bytes of a user's id. */
  public static final int MAX_USER_LENGTH = 256;

  // Spelled out, because javac leaves a compact constructor's array annotations out of the class
  // file.
  public Identity(
      String user,
      List<Grant> grants,
      @Nullable Instant expiresAt,
      byte @Nullable [] info,
      List<String> channels,
      @Nullable Instant issuedAt) {
    this.user = user;
    this.grants = List.copyOf(grants);
    this.expiresAt = expiresAt;
    this.info = info;
    this.channels = List.copyOf(channels);
    this.issuedAt = issuedAt;
  }

  /** An identity by credentials that do not say when they were issued. */
  public Identity(
      String user,
      List<Grant> grants,
      @Nullable Instant expiresAt,
      byte @Nullable [] info,
      List<String> channels) {
    this(user, grants, expiresAt, info, channels, null);
  }

  /**
   * Whether a text may name a user: not too long, and without characters that are not seen but
   * change how what stands beside it is seen, which are control characters and those that turn the
   * direction of writing (Unicode Standard Annex 9, section 2).
   */
  static boolean isUserName(String text) {
    return text.length() <= MAX_USER_LENGTH
        && text.chars()
            .noneMatch(c ->
                Character.isISOControl(c)
                    || c == 0x061C
                    || c == 0x200E
                    || c == 0x200F
                    || (c >= 0x2028 && c <= 0x202E)
                    || (c >= 0x2066 && c <= 0x2069));
  }

  /** Whether nobody vouched for a user. */
  public boolean isAnonymous() {
    return user.isEmpty();
  }

  /** Tells whether a grant of its own gives the verb on all that {@code filter} matches. */
  public boolean allows(Verb verb, ChannelFilter filter) {
    for (Grant grant : grants) {
      if (grant.allows(verb, filter)) {
        return true;
      }
    }
    return false;
  }
}
