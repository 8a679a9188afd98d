package io.polyhub.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request (RFC 9112 sections 3, 5 and 6), read so strictly that no other reader can
 * take it for something else. Pure.
 */
final class HttpHead {

  /** The length of a body that is told by its chunks. */
  static final long CHUNKED = -1;

  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
  private static final String HOST_MARKS = ".-_~:[]%";
  private static final int MAX_LENGTH_DIGITS = 18;
  private static final Pattern CLOSE = Pattern.compile("(?i)(^|,)[ \\t]*close[ \\t]*(,|$)");
  private static final String VERSION = "HTTP/1.1";

  private final String text;
  private final String method;
  private final String target;
  private @Nullable String host;
  private @Nullable String contentLength;
  private @Nullable String transferEncoding;
  private boolean isLast;
  private long length;

  private HttpHead(String text, String method, String target) {
    this.text = text;
    this.method = method;
    this.target = target;
  }

  /**
   * Reads a head.
   *
   * @param bytes whole lines, each ended by CR LF, without a control character but tabs, and the
   *     empty line behind them
   */
  static HttpHead read(byte[] bytes) throws Refused {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n");
    String[] parts = text.substring(0, end).split(" ", -1);
    require(parts.length == 3 && isToken(parts[0]), "the request line is malformed");
    if (!parts[2].equals(VERSION)) {
      throw new Refused(
          parts[2].matches("HTTP/\\d\\.\\d") ? Refused.VERSION : Refused.BAD_REQUEST,
          "speak " + VERSION);
    }
    HttpHead head = new HttpHead(text, parts[0], parts[1]);
    head.readFields(end + 2);
    head.judgeTarget();
    head.judgeFraming();
    return head;
  }

  private void readFields(int from) throws Refused {
    for (int at = from, end = text.indexOf("\r\n", at);
        end > at;
        at = end + 2, end = text.indexOf("\r\n", at)) {
      String line = text.substring(at, end);
      int colon = line.indexOf(':');
      // This refuses folded lines and blanks before the colon too (section 5.1 and 5.2).
      require(colon > 0 && isToken(line.substring(0, colon)), "a header is malformed");
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
        case "host" -> host = only(host, value);
        case "content-length" -> contentLength = only(contentLength, value);
        case "transfer-encoding" -> transferEncoding = only(transferEncoding, value);
        case "connection" -> isLast |= CLOSE.matcher(value).find();
        default -> {
          // It says nothing about where the request ends or whom it is for.
        }
      }
    }
  }

  private static String only(@Nullable String before, String value) throws Refused {
    require(before == null, "a header that may stand once stands twice");
    return value;
  }

  /** Section 3.2. There is no proxy here, so no authority in place of a target. */
  private void judgeTarget() throws Refused {
    require(host != null && isHost(host), "one valid Host is needed");
    require(
        target.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')
            && (target.startsWith("/") || target.equals("*") || isAbsolute()),
        "the target is malformed");
  }

  private boolean isAbsolute() {
    int scheme = target.indexOf("://");
    if (scheme < 0 || !target.substring(0, scheme).matches("(?i)https?")) {
      return false;
    }
    return authority().equalsIgnoreCase(host);
  }

  private String authority() {
    int from = target.indexOf("://") + 3;
    int to = from;
    while (to < target.length() && "/?".indexOf(target.charAt(to)) < 0) {
      to++;
    }
    return target.substring(from, to);
  }

  /** Section 6.3. What is ambiguous there, and left to the server's kindness, is refused. */
  private void judgeFraming() throws Refused {
    if (transferEncoding != null) {
      require(contentLength == null, "Content-Length stands beside Transfer-Encoding");
      String codings = transferEncoding.toLowerCase(Locale.ROOT);
      if (codings.endsWith(",chunked") || codings.endsWith(", chunked")) {
        throw new Refused(Refused.NOT_IMPLEMENTED, "no transfer coding but chunked is known");
      }
      require(codings.equals("chunked"), "the last transfer coding is not chunked");
      length = CHUNKED;
    } else if (contentLength != null) {
      require(
          !contentLength.isEmpty()
              && contentLength.length() <= MAX_LENGTH_DIGITS
              && contentLength.chars().allMatch(c -> c >= '0' && c <= '9'),
          "Content-Length is no number");
      length = Long.parseLong(contentLength);
    }
  }

  private static void require(boolean holds, String otherwise) throws Refused {
    if (!holds) {
      throw new Refused(Refused.BAD_REQUEST, otherwise);
    }
  }

  /** Tells whether the text is a token (RFC 9110 section 5.6.2). */
  static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> isLetterOrDigit(c) || TOKEN_MARKS.indexOf(c) >= 0);
  }

  private static boolean isHost(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> isLetterOrDigit(c) || HOST_MARKS.indexOf(c) >= 0);
  }

  private static boolean isLetterOrDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  String method() {
    return method;
  }

  /** The path and query that are asked for. */
  String target() {
    if (!target.contains("://") || target.startsWith("/")) {
      return target;
    }
    String rest = target.substring(target.indexOf("://") + 3 + authority().length());
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  /** Whether the peer wants the connection to end with the answer (section 9.6). */
  boolean isLast() {
    return isLast;
  }

  /** The bytes of the body, or {@link #CHUNKED}. */
  long length() {
    return length;
  }

  /** The head for who stands behind, with its target as {@link #target()}. */
  byte[] bytes() {
    String line = method + " " + target() + " " + VERSION;
    return (line + text.substring(text.indexOf("\r\n"))).getBytes(StandardCharsets.ISO_8859_1);
  }
}
