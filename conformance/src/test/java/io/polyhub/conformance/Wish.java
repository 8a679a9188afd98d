package io.polyhub.conformance;

/**
 * What a client asks to receive.
 *
 * @param filter a channel or a filter
 * @param since the cursor to go on from; empty for now
 * @param mustRecover whether to refuse what cannot go on from there
 * @param presenceEvents whether to tell of members who come and go
 */
public record Wish(String filter, String since, boolean mustRecover, boolean presenceEvents) {

  public static Wish of(String filter) {
    return new Wish(filter, "", false, false);
  }

  public Wish withSince(String cursor) {
    return new Wish(filter, cursor, mustRecover, presenceEvents);
  }

  Wish withMustRecover() {
    return new Wish(filter, since, true, presenceEvents);
  }

  Wish withPresenceEvents() {
    return new Wish(filter, since, mustRecover, true);
  }
}
