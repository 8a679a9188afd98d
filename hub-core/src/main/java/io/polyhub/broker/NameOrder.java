package io.polyhub.broker;

import java.util.Comparator;

/** Orders names by code points, which is the order of their UTF-8 bytes in the store. */
public final class NameOrder {

  public static final Comparator<String> BY_CODE_POINT = NameOrder::compare;

  private NameOrder() {}

  private static int compare(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      char ours = left.charAt(i);
      char theirs = right.charAt(i);
      if (ours != theirs) {
        // Halves of pairs stand for code points above all that one char can hold.
        boolean oursIsHalf = Character.isSurrogate(ours);
        return oursIsHalf == Character.isSurrogate(theirs)
            ? Character.compare(ours, theirs)
            : oursIsHalf ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
