package io.polyhub.conformance;

/** What a kind of client has a way for, beside publishing and subscribing. */
public enum Feature {
  /** Its publications may be any bytes. */
  SENDS_BYTES,
  /** Its publications may carry content type, headers, reply channel and correlation id. */
  SENDS_PROPERTIES,
  /** It sees content type, headers, reply channel and correlation id of what it receives. */
  SEES_PROPERTIES,
  /** It sees the channel of what it receives by a filter with wildcards. */
  SEES_CHANNEL,
  /** It is told when a publication was taken. */
  ACKNOWLEDGED,
  /** It is told why a publication was refused, and goes on. */
  TOLD_OF_REFUSED_PUBLISH,
  /** It is told its place in the log. */
  TELLS_CURSOR,
  /** It can begin at a place in the log. */
  TAKES_CURSOR,
  /** It can ask to be refused if history no longer reaches back. */
  MUST_RECOVER,
  HISTORY,
  /** Its publications may carry a key, so that of several with the same one counts. */
  KEYS,
  PRESENCE,
  /** It is told of members who come and go. */
  PRESENCE_EVENTS,
  /** It can renew its credentials in the session. */
  REFRESH,
  /** It lasts, so that the server can end it; other kinds show their token with every request. */
  SESSION
}
