package io.polyhub.hub;

/** What became of a session that an operator's action was meant for. */
enum Became {
  NOTHING,
  ENDED,
  ASKED,
  SENT,
  BUSY,
  NOT_POSSIBLE
}
