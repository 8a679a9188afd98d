package io.polyhub.channel;

import java.nio.charset.StandardCharsets;

/**
 * What a channel may be called.
 *
 * <p>A channel is a UTF-8 name with levels split by {@code /}; empty levels count. Any character
 * may stand in it except NUL, the wildcards {@code +} and {@code #}, and halves of surrogate pairs.
 * So every valid name is a valid MQTT topic name (MQTT 5.0 section 4.7.3), and the same string is
 * used on every door.
 */
public final class ChannelName {

  /** The longest name, in bytes of UTF-8. */
  public static final int MAX_BYTES = 1024;

  /** The most levels a name may have. */
  public static final int MAX_LEVELS = 128;

  private ChannelName() {}

  /** Tells whether {@code name} may name a channel. Never throws. */
  public static boolean isValid(String name) {
    return isWellFormed(name) && name.indexOf('+') < 0 && name.indexOf('#') < 0;
  }

  /** Tells whether the text keeps the limits that names and filters share. */
  static boolean isWellFormed(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_BYTES) {
      return false;
    }
    int levels = 1;
    boolean ascii = true;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == '/') {
        levels++;
      } else if (c == 0) {
        return false;
      } else if (c >= 0x80) {
        ascii = false;
        if (Character.isSurrogate(c)) {
          boolean pair =
              Character.isHighSurrogate(c)
                  && i + 1 < length
                  && Character.isLowSurrogate(text.charAt(i + 1));
          if (!pair) {
            return false;
          }
          i++;
        }
      }
    }
    return levels <= MAX_LEVELS
        && (ascii || text.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES);
  }
}
