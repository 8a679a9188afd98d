package io.polyhub.graphql;

import io.polyhub.http.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A page on which to try queries and subscriptions. It loads nothing from elsewhere. Safe for any
 * thread.
 */
final class UiPage {

  private static final String FOLDER = "ui/";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:;"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final GraphQlConfig config;
  private volatile int port;
  private volatile @Nullable WebSocketDoor webSocket;

  UiPage(GraphQlConfig config) {
    this.config = config;
  }

  /** Where the WebSocket is served. */
  private record WebSocketDoor(int port, boolean tls) {}

  /** The page is served on that port. */
  void servedOn(int ownPort) {
    port = ownPort;
  }

  /** The WebSocket is served on that port. */
  void webSocketOn(int webSocketPort, boolean tls) {
    webSocket = new WebSocketDoor(webSocketPort, tls);
  }

  /** The port of the page, if there is one. */
  OptionalInt port() {
    return config.ui() ? OptionalInt.of(port) : OptionalInt.empty();
  }

  /**
   * The page.
   *
   * @param authority the host and port that it was asked for at
   */
  HttpReply page(String authority) {
    String url = webSocketUrl(authority);
    String html = read("index.html").replace("{{webSocketUrl}}", url == null ? "" : escaped(url));
    return reply("text/html", html).with("Content-Security-Policy", POLICY);
  }

  /**
   * Where the page finds the WebSocket. Where nothing is configured it is the listener beside its
   * own, if both are reached as they listen: behind a proxy that maps ports nobody can know.
   */
  private @Nullable String webSocketUrl(String authority) {
    String configured = config.uiWebSocketUrl();
    WebSocketDoor door = webSocket;
    boolean tls = config.tls() != null;
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    String asked = hasPort ? authority.substring(colon + 1) : tls ? "443" : "80";
    // A page that came by TLS may open no WebSocket without it.
    if (configured != null
        || door == null
        || (tls && !door.tls)
        || !asked.equals(Integer.toString(port))) {
      return configured;
    }
    String host = hasPort ? authority.substring(0, colon) : authority;
    return (door.tls ? "wss://" : "ws://") + host + ":" + door.port + GraphQlSubprotocol.PATH;
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
