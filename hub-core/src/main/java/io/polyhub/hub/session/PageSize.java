package io.polyhub.hub.session;

/** How much is read for one session at a time. */
final class PageSize {

  /** The most publications of one page. */
  static final int PUBLICATIONS = 256;

  /** The most bytes of one page. */
  static final int BYTES = 256 * 1024;

  private PageSize() {}
}
