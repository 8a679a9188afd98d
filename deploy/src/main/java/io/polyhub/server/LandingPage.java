package io.polyhub.server;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What stands at the root of an HTTP port: what is there. For people, and for programs as JSON. */
final class LandingPage implements HttpService {

  private static final String POLICY =
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final byte[] html;
  private final byte[] json;

  /**
   * Makes the page.
   *
   * @param title what the port is
   * @param entries what is found there
   */
  LandingPage(String title, List<Entry> entries) {
    html = html(title, entries).getBytes(StandardCharsets.UTF_8);
    json =
        Json.text(
                Map.of(
                    "title",
                    title,
                    "paths",
                    entries.stream()
                        .map(entry -> Map.of("path", entry.path, "what", entry.what))
                        .toList()))
            .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A path.
   *
   * @param what is found there, in a few words
   * @param canBeOpened whether a browser shows something there
   */
  record Entry(String path, String what, boolean canBeOpened) {}

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

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", this::answer);
  }

  private void answer(ServerRequest request, ServerResponse response) {
    boolean isForPeople =
        request
            .headers()
            .first(HeaderNames.ACCEPT)
            .map(accept -> accept.contains("text/html"))
            .orElse(false);
    response
        .header(
            HeaderNames.CONTENT_TYPE, isForPeople ? "text/html; charset=utf-8" : "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .header(HeaderNames.create("Content-Security-Policy"), POLICY)
        .header(HeaderNames.create("X-Content-Type-Options"), "nosniff")
        .send(isForPeople ? html : json);
  }
}
