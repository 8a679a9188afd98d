package io.polyhub.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A page on which to try queries and subscriptions. It loads nothing from elsewhere. */
final class UiPage {

  private static final String FOLDER = "ui/";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:;"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final GraphQlConfig config;

  UiPage(GraphQlConfig config) {
    this.config = config;
  }

  HttpReply page() {
    String url = config.uiWebSocketUrl();
    String html = read("index.html").replace("{{webSocketUrl}}", url == null ? "" : escaped(url));
    return reply("text/html", html).with("Content-Security-Policy", POLICY);
  }

  HttpReply script() {
    return reply("text/javascript", read("ui.js"));
  }

  HttpReply style() {
    return reply("text/css", read("ui.css"));
  }

  private static HttpReply reply(String type, String text) {
    return new HttpReply(
        HttpReply.OK, type + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
  }

  private static String read(String name) {
    try (InputStream in = UiPage.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException(name + ": missing (expected: beside this class)");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
