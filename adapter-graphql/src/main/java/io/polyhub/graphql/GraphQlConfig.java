package io.polyhub.graphql;

import io.polyhub.http.Crowding;
import io.polyhub.identity.TlsFiles;
import io.polyhub.websocket.WebAccess;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the GraphQL door is set: where its HTTP listener listens, and its bounds.
 *
 * @param bind the address to listen on
 * @param port the port; 0 for any free one
 * @param tls the certificate, or null for plain HTTP
 * @param access which further pages may ask, and which further names the listener answers to
 * @param ui whether browsers get a page to try queries with
 * @param uiWebSocketUrl where that page finds the WebSocket, whose listener must allow the page's
 *     origin; or null, and the page subscribes by event streams unless told otherwise
 * @param introspection whether clients may ask for the schema
 * @param document the bounds of documents
 * @param messageBytes the largest message or request body
 * @param responseBytes the largest answer to a query or mutation
 * @param operationsPerConnection the most operations at a time on a WebSocket or event stream
 * @param initTimeout how long a WebSocket client may take to introduce itself
 * @param keepAlive how often an idle event stream gets a comment
 * @param requestTimeout how long a query or mutation over HTTP may take
 * @param streams the most event streams, and of reservations for them, at a time
 * @param streamQueue the most messages that wait on one event stream
 * @param reservationTimeout how long a reserved event stream is waited for
 * @param http the bounds of the HTTP listener
 */
public record GraphQlConfig(
    String bind,
    int port,
    @Nullable TlsFiles tls,
    WebAccess access,
    boolean ui,
    @Nullable String uiWebSocketUrl,
    boolean introspection,
    DocumentBounds document,
    int messageBytes,
    int responseBytes,
    int operationsPerConnection,
    Duration initTimeout,
    Duration keepAlive,
    Duration requestTimeout,
    int streams,
    int streamQueue,
    Duration reservationTimeout,
    HttpBounds http) {

  /** Loopback on port 8080, with the page. */
  public static final GraphQlConfig STANDARD =
      new GraphQlConfig(
          "127.0.0.1",
          8080,
          null,
          WebAccess.STANDARD,
          true,
          null,
          true,
          DocumentBounds.STANDARD,
          1024 * 1024,
          16 * 1024 * 1024,
          100,
          Duration.ofSeconds(10),
          Duration.ofSeconds(12),
          Duration.ofSeconds(10),
          10_000,
          64,
          Duration.ofSeconds(30),
          HttpBounds.STANDARD);

  public GraphQlConfig {
    Checks.require(port >= 0 && port <= 65_535, "port", port, "0 to 65535");
    Checks.positive("messageBytes", messageBytes);
    Checks.positive("responseBytes", responseBytes);
    Checks.positive("operationsPerConnection", operationsPerConnection);
    Checks.positive("initTimeout", initTimeout);
    Checks.positive("keepAlive", keepAlive);
    Checks.positive("requestTimeout", requestTimeout);
    Checks.positive("streams", streams);
    Checks.positive("streamQueue", streamQueue);
    Checks.positive("reservationTimeout", reservationTimeout);
  }

  /** The bounds of the listener, as its edge has them. */
  io.polyhub.http.HttpBounds httpBounds() {
    return new io.polyhub.http.HttpBounds(
        http.connections(),
        http.requests(),
        http.headerBytes(),
        messageBytes,
        http.heldBytes(),
        http.headTimeout(),
        requestTimeout,
        http.idleTimeout(),
        Crowding.NONE);
  }

  /** The same, listening there. */
  public GraphQlConfig withAddress(String newBind, int newPort) {
    return new GraphQlConfig(
        newBind,
        newPort,
        tls,
        access,
        ui,
        uiWebSocketUrl,
        introspection,
        document,
        messageBytes,
        responseBytes,
        operationsPerConnection,
        initTimeout,
        keepAlive,
        requestTimeout,
        streams,
        streamQueue,
        reservationTimeout,
        http);
  }

  /**
   * The bounds of documents, each checked before the document is validated.
   *
   * @param characters the longest document
   * @param tokens the most grammar tokens
   * @param depth how deep fields may be nested
   * @param fields the most fields, where a fragment's count wherever it is used
   * @param aliases the most aliases
   * @param complexity the highest cost: 1 for each field, 10 more for each question to the hub, and
   *     what a list holds counts as often as its {@code limit} says
   * @param cached the most documents that are kept parsed and validated
   * @param cachedCharacters the most characters of these documents
   */
  public record DocumentBounds(
      int characters,
      int tokens,
      int depth,
      int fields,
      int aliases,
      int complexity,
      int cached,
      int cachedCharacters) {

    public static final DocumentBounds STANDARD =
        new DocumentBounds(64 * 1024, 5_000, 20, 500, 50, 20_000, 1_000, 4 * 1024 * 1024);

    public DocumentBounds {
      Checks.positive("characters", characters);
      Checks.positive("tokens", tokens);
      Checks.positive("depth", depth);
      Checks.positive("fields", fields);
      Checks.positive("aliases", aliases);
      Checks.positive("complexity", complexity);
      Checks.positive("cached", cached);
      Checks.positive("cachedCharacters", cachedCharacters);
    }
  }

  /**
   * The bounds of the HTTP listener.
   *
   * @param connections the most TCP connections
   * @param requests the most requests served at a time, open event streams among them
   * @param headerBytes the most bytes of one request's head
   * @param heldBytes the most bytes of heads and bodies that are being read, of all connections
   * @param headTimeout how long a TLS handshake and a request's head may take
   * @param idleTimeout how long a connection may be silent between two requests
   */
  public record HttpBounds(
      int connections,
      int requests,
      int headerBytes,
      int heldBytes,
      Duration headTimeout,
      Duration idleTimeout) {

    public static final HttpBounds STANDARD =
        new HttpBounds(
            15_000,
            12_000,
            32 * 1024,
            64 * 1024 * 1024,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60));

    public HttpBounds {
      Checks.positive("connections", connections);
      Checks.positive("requests", requests);
      Checks.positive("headerBytes", headerBytes);
      Checks.positive("heldBytes", heldBytes);
      Checks.positive("headTimeout", headTimeout);
      Checks.positive("idleTimeout", idleTimeout);
    }
  }
}
