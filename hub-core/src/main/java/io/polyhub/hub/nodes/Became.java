package io.polyhub.hub.nodes;

/** What became of a session that an operator's action was meant for. */
enum Became {
  NOTHING,
  ENDED,
  ASKED,
  SENT,
  BUSY,
  NOT_POSSIBLE
}
