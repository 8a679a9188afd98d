package io.polyhub.conformance.faults;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One publication as it was read back.
 *
 * @param publisher who published it
 * @param number which one of the publisher's it is
 * @param cursor its place, or empty where the door did not tell
 */
record Entry(String publisher, long number, String cursor) {

  private static final Pattern CONTENT = Pattern.compile("\\{\"p\":\"([a-z0-9-]+)\",\"n\":(\\d+)}");

  /**
   * Whether it is the same one at the same place. After a restart the log spells its places
   * otherwise, but for their offsets.
   */
  boolean isSameAs(Entry other) {
    return publisher.equals(other.publisher)
        && number == other.number
        && offset().equals(other.offset());
  }

  private String offset() {
    return cursor.substring(cursor.lastIndexOf('-') + 1);
  }

  static byte[] payload(String publisher, long number) {
    return ("{\"p\":\"" + publisher + "\",\"n\":" + number + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** Finds the content somewhere in a text. */
  static Entry in(String text, String cursor) {
    Matcher matcher = CONTENT.matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("text: " + text + " (expected: a publication)");
    }
    return new Entry(matcher.group(1), Long.parseLong(matcher.group(2)), cursor);
  }
}
