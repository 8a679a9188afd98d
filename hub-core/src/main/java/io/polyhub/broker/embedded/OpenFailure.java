package io.polyhub.broker.embedded;

import java.util.Locale;

/** Tells the operator why a data directory cannot be opened, and what to do. */
final class OpenFailure {

  private OpenFailure() {}

  static BrokerUnavailableException explain(DataDirectory directory, Exception failed) {
    return new BrokerUnavailableException(
        "Data directory " + directory.root() + advice(failed), failed);
  }

  private static String advice(Exception failed) {
    String why = String.valueOf(failed.getMessage());
    if (Damage.is(failed)) {
      return " is damaged ("
          + why
          + "). Nothing was changed in it. Restore it from a backup; or move it away to begin with"
          + " an empty log: clients with older cursors are then told.";
    }
    if (why.toLowerCase(Locale.ROOT).contains("lock")) {
      return " is in use by another process, or by another broker of this one. Stop that, or choose"
          + " another directory.";
    }
    return " cannot be opened (" + why + ").";
  }
}
