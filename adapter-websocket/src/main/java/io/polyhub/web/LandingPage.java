package io.polyhub.web;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page at the root of a port that speaks HTTP, which says what is served there: to people as
 * HTML, to programs as JSON. Immutable.
 */
public final class LandingPage {

  /** The path at which it is served. */
  public static final String PATH = "/";

  private static final String POLICY =
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final byte[] html;
  private final byte[] json;

  /**
   * Makes the page.
   *
   * @param title what the port is; plain as an entry's texts
   * @param entries what is found there
   */
  public LandingPage(String title, List<Entry> entries) {
    requirePlain("title", title);
    html = html(title, entries).getBytes(StandardCharsets.US_ASCII);
    json = json(title, entries).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * A path. The texts are our own, and plain: printable ASCII that means the same in HTML and JSON.
   *
   * @param what is found there, in a few words
   * @param canBeOpened whether a browser shows something there
   */
  public record Entry(String path, String what, boolean canBeOpened) {

    public Entry {
      requirePlain("path", path);
      requirePlain("what", what);
    }
  }

  /**
   * An answer.
   *
   * @param headers all but those about its length and the connection
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
  public record Answer(Map<String, String> headers, byte[] body) {}

  /**
   * The answer for a client.
   *
   * @param accept the value of its {@code Accept}, or null
   */
  public Answer answer(@Nullable String accept) {
    boolean isPerson = accept != null && accept.contains("text/html");
    return new Answer(
        Map.of(
            "Content-Type", isPerson ? "text/html; charset=utf-8" : "application/json",
            "Vary", "Accept",
            "Cache-Control", "no-store",
            "Content-Security-Policy", POLICY,
            "X-Content-Type-Options", "nosniff"),
        isPerson ? html : json);
  }

  private static void requirePlain(String name, String text) {
    if (!text.chars().allMatch(c -> c >= ' ' && c <= '~' && "\"\\<>&'".indexOf(c) < 0)) {
      throw new IllegalArgumentException(name + ": " + text + " (expected: plain ASCII)");
    }
  }

  private static String html(String title, List<Entry> entries) {
    StringBuilder page =
        new StringBuilder("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>")
            .append(title)
            .append("</title>\n<h1>")
            .append(title)
            .append("</h1>\n<dl>\n");
    for (Entry entry : entries) {
      String name = "<code>" + entry.path + "</code>";
      page.append("<dt>")
          .append(entry.canBeOpened ? "<a href=\"" + entry.path + "\">" + name + "</a>" : name)
          .append("</dt><dd>")
          .append(entry.what)
          .append("</dd>\n");
    }
    return page.append("</dl></html>\n").toString();
  }

  private static String json(String title, List<Entry> entries) {
    return entries.stream()
        .map(entry -> "{\"path\":\"" + entry.path + "\",\"what\":\"" + entry.what + "\"}")
        .collect(Collectors.joining(",", "{\"title\":\"" + title + "\",\"paths\":[", "]}"));
  }
}
