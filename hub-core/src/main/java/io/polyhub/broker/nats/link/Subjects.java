package io.polyhub.broker.nats.link;

import io.polyhub.channel.ChannelFilter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * How channels, rules and nodes are named in NATS. Pure.
 *
 * <p>Each level of a channel becomes one token. Bytes of UTF-8 that NATS gives a meaning or that
 * are not printable ASCII are written as {@code %XX}, so no name can act as a wildcard, and every
 * token tells its level again. The empty level, which NATS does not have, is the token {@code %}.
 */
public final class Subjects {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final String prefix;

  public Subjects(String prefix) {
    this.prefix = prefix;
  }

  // Tokens

  /** Returns the token of the text. */
  public static String token(String text) {
    if (text.isEmpty()) {
      return "%";
    }
    StringBuilder token = new StringBuilder(text.length() + 8);
    appendToken(token, text, 0, text.length());
    return token.toString();
  }

  /** Returns the text of the token, or nothing if it is none of ours. */
  public static Optional<String> untoken(String token) {
    if (token.equals("%")) {
      return Optional.of("");
    }
    if (token.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = new byte[token.length()];
    int length = 0;
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '%') {
        if (i + 2 >= token.length()
            || !HexFormat.isHexDigit(token.charAt(i + 1))
            || !HexFormat.isHexDigit(token.charAt(i + 2))) {
          return Optional.empty();
        }
        bytes[length++] = (byte) HexFormat.fromHexDigits(token, i + 1, i + 3);
        i += 2;
      } else if (isPlain(c)) {
        bytes[length++] = (byte) c;
      } else {
        return Optional.empty();
      }
    }
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    return token(text).equals(token) ? Optional.of(text) : Optional.empty();
  }

  private static void appendToken(StringBuilder to, String text, int start, int end) {
    if (start == end) {
      to.append('%');
      return;
    }
    int plain = start;
    while (plain < end && isPlain(text.charAt(plain))) {
      plain++;
    }
    to.append(text, start, plain);
    if (plain == end) {
      return;
    }
    for (byte b : text.substring(plain, end).getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isPlain(c)) {
        to.append(c);
      } else {
        to.append('%');
        HEX.toHexDigits(to, b);
      }
    }
  }

  /** Slashes are not, because names of streams become names of directories. */
  private static boolean isPlain(char c) {
    return c > ' ' && c < 0x7f && c != '.' && c != '*' && c != '>' && c != '%' && c != '/'
        && c != '\\';
  }

  /** Returns the tokens of the channel. */
  public static String tokens(String channel) {
    StringBuilder tokens = new StringBuilder(channel.length() + 8);
    int start = 0;
    while (true) {
      int slash = channel.indexOf('/', start);
      int end = slash < 0 ? channel.length() : slash;
      appendToken(tokens, channel, start, end);
      if (slash < 0) {
        return tokens.toString();
      }
      tokens.append('.');
      start = slash + 1;
    }
  }

  /** Returns the channel of the tokens, or nothing if they are none of ours. */
  public static Optional<String> channel(String tokens) {
    StringJoiner channel = new StringJoiner("/");
    int start = 0;
    while (start <= tokens.length()) {
      int dot = tokens.indexOf('.', start);
      int end = dot < 0 ? tokens.length() : dot;
      Optional<String> level = untoken(tokens.substring(start, end));
      if (level.isEmpty()) {
        return Optional.empty();
      }
      channel.add(level.get());
      start = end + 1;
    }
    return Optional.of(channel.toString());
  }

  /**
   * Returns the patterns of tokens that together match the channels that the filter matches: one,
   * or two where the filter ends in {@code #} after a level, which stands for that level too. They
   * also match channels that begin with {@code $}, which a filter's leading wildcard does not.
   */
  public static List<String> patterns(ChannelFilter filter) {
    String text = filter.text();
    if (filter.exact()) {
      return List.of(tokens(text));
    }
    if (text.equals("#")) {
      return List.of(">");
    }
    if (!text.endsWith("/#")) {
      return List.of(wildcardTokens(text));
    }
    String levels = wildcardTokens(text.substring(0, text.length() - 2));
    return List.of(levels, levels + ".>");
  }

  private static String wildcardTokens(String text) {
    StringJoiner tokens = new StringJoiner(".");
    for (String level : text.split("/", -1)) {
      tokens.add(level.equals("+") ? "*" : token(level));
    }
    return tokens.toString();
  }

  // Logs

  /** The name of the stream that holds one part of a rule's channels. */
  public String stream(String rule, int partition) {
    return prefix + "-" + token(rule) + "-" + partition;
  }

  /** Begins the subjects on which publications are stored in that part of a rule's log. */
  public String storedPrefix(String rule, int partition) {
    return prefix + ".l." + token(rule) + "." + partition + ".";
  }

  /** Begins the subjects on which stored publications of that part are sent on. */
  public String livePrefix(String rule, int partition) {
    return prefix + ".r." + token(rule) + "." + partition + ".";
  }

  /** Begins the subjects on which stored publications of any part of the rule are sent on. */
  public String liveOfAllParts(String rule) {
    return prefix + ".r." + token(rule) + ".*.";
  }

  // Channels without history

  /** Begins the subjects of channels that have no log. */
  public String unloggedPrefix() {
    return prefix + ".m.";
  }

  // Last values

  /** The name of the stream that holds the last values of a rule's channels. */
  public String valuesStream(String rule) {
    return prefix + "-" + token(rule) + "-values";
  }

  /** Begins the subjects of the last values of a rule's channels. */
  public String valuesPrefix(String rule) {
    return prefix + ".v." + token(rule) + ".";
  }

  // Records

  /** The name of the stream that holds all records. */
  public String recordsStream() {
    return prefix + "-records";
  }

  /** Matches the subjects of all records. */
  public String allRecords() {
    return prefix + ".k.>";
  }

  /** Begins the subjects of the records of that name. */
  public String recordsPrefix(String name) {
    return prefix + ".k." + token(name) + ".";
  }

  /** The subject of one record. */
  public String record(String name, String key) {
    return recordsPrefix(name) + token(key);
  }

  // Nodes

  /** The subject on which nodes let each other hear from them. */
  public String beat() {
    return prefix + ".n.beat";
  }

  /** Begins the subjects of topics that all nodes listen to. */
  public String allNodesPrefix() {
    return prefix + ".n.all.";
  }

  /** The subject of a topic that all nodes listen to. */
  public String allNodes(String topic) {
    return allNodesPrefix() + token(topic);
  }

  /** Begins the subjects that one node listens to. */
  public String nodePrefix(String node) {
    return prefix + ".n." + token(node) + ".";
  }

  /** The subject of a topic that one node listens to. */
  public String node(String node, String topic) {
    return nodePrefix(node) + token(topic);
  }
}
