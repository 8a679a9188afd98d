package io.polyhub.hub;

/**
 * Why a request was refused. A closed set: each adapter maps it to its protocol's own code in a
 * switch without a default, so that a new reason does not compile until every door can say it.
 */
public enum Refusal {
  UNAUTHENTICATED("credentials are missing or not valid", false),
  CREDENTIALS_EXPIRED("credentials have expired", false),
  PERMISSION_DENIED("permission denied", false),
  INVALID_CHANNEL("not a channel name", false),
  INVALID_FILTER("not a channel filter", false),
  INVALID_CURSOR("not a cursor", false),
  INVALID_REQUEST("bad request", false),
  UNKNOWN_CHANNEL("no rule is for this channel", false),
  ALREADY_SUBSCRIBED("already subscribed", false),
  NOT_SUBSCRIBED("not subscribed", false),
  LIMIT_EXCEEDED("limit exceeded", false),
  TOO_LARGE("message too large", false),
  RATE_LIMITED("too many requests", true),
  UNRECOVERABLE_POSITION("history no longer reaches back to the cursor", false),
  NOT_AVAILABLE("not available on this channel", false),
  GUARANTEE_UNAVAILABLE("the channel's guarantee cannot be given here", false),
  BROKER_UNAVAILABLE("storage is not available just now", true),
  SHUTTING_DOWN("shutting down", true),
  INTERNAL("internal error", true);

  private final String text;
  private final boolean temporary;

  Refusal(String text, boolean temporary) {
    this.text = text;
    this.temporary = temporary;
  }

  /** A fixed sentence for the peer; plain ASCII, at most 60 characters. */
  public String text() {
    return text;
  }

  /** Whether the same request may well be granted later. */
  public boolean temporary() {
    return temporary;
  }
}
