package io.polyhub.bench.target;

/** A command of the Centrifuge protocol in JSON, in the very form in which load clients send it. */
sealed interface BareCommand {

  /** The reply to it; empty for none. */
  String answer();

  /** A subscription, whatever to. */
  record Subscribe(long id) implements BareCommand {

    @Override
    public String answer() {
      return "{\"id\":" + id + ",\"subscribe\":{}}";
    }
  }

  /**
   * A publication.
   *
   * @param id counts a client's commands; stands in for the offset, which a log would give
   */
  record Publish(long id, String channel, String data) implements BareCommand {

    @Override
    public String answer() {
      return "{\"id\":" + id + ",\"publish\":{}}";
    }

    /** What subscribers are told. */
    String push() {
      return "{\"push\":{\"channel\":\""
          + channel
          + "\",\"pub\":{\"data\":"
          + data
          + ",\"offset\":"
          + id
          + "}}}";
    }
  }

  /** The introduction, or a pong, which has no id. */
  record Other(long id) implements BareCommand {

    @Override
    public String answer() {
      return id == 0 ? "" : "{\"id\":" + id + ",\"connect\":{}}";
    }
  }

  /** Reads one line. */
  static BareCommand read(String line) {
    if (!line.startsWith("{\"id\":")) {
      return new Other(0);
    }
    int comma = line.indexOf(',');
    long id = Long.parseLong(line.substring("{\"id\":".length(), comma));
    if (line.startsWith("\"publish\":", comma + 1)) {
      return new Publish(
          id,
          between(line, "\"channel\":\"", line.indexOf("\",\"data\":")),
          between(line, "\"data\":", line.length() - "}}".length()));
    }
    return line.startsWith("\"subscribe\":", comma + 1) ? new Subscribe(id) : new Other(id);
  }

  private static String between(String line, String begin, int end) {
    return line.substring(line.indexOf(begin) + begin.length(), end);
  }
}
