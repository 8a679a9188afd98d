package io.polyhub.http;

import io.helidon.common.buffers.DataWriter;

/** What a connection hands on to the web server behind, and how that answers. */
interface Incoming {

  /** Gives what comes next, and blocks for it; the web server asks only when it needs it. */
  byte[] pull();

  /** By which the web server answers. */
  DataWriter writer();

  /** What is held for it is held no longer. */
  void release();
}
