package io.polyhub.broker.embedded;

import java.security.SecureRandom;

/** Names incarnations of logs. */
final class Epochs {

  private static final String SIGNS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int LENGTH = 10;
  private static final SecureRandom CHANCE = new SecureRandom();

  private Epochs() {}

  /** Returns a name that no log had before, but by a chance of one in 10^17. */
  static String fresh() {
    StringBuilder epoch = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      epoch.append(SIGNS.charAt(CHANCE.nextInt(SIGNS.length())));
    }
    return epoch.toString();
  }
}
