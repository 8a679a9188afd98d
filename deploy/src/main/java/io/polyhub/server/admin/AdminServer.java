package io.polyhub.server.admin;

import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.polyhub.door.Door;
import io.polyhub.door.Listener;
import io.polyhub.http.Compression;
import io.polyhub.http.Crowding;
import io.polyhub.http.HttpBounds;
import io.polyhub.http.HttpEdge;
import io.polyhub.http.LandingRoute;
import io.polyhub.identity.LiveTls;
import io.polyhub.net.Entrance;
import io.polyhub.server.config.AdminConfig;
import io.polyhub.server.json.Json;
import io.polyhub.web.LandingPage;
import io.polyhub.websocket.WebGate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The port for operators and their machines: health, readiness, metrics, version, and what they may
 * do with sessions. Nothing there asks who is asking. So it is bound to loopback by default, and
 * wherever it is bound, what changes something is done only for callers on this machine, who are no
 * web pages. A door for operators: the server opens it before all others and closes it after them,
 * so that its own start and end can be watched.
 */
public final class AdminServer implements Door {

  /** The most connections at a time, of which some are kept for probes and scrapers. */
  static final int MAX_CONNECTIONS = 256;

  /** What whoever has all his connections, and whoever comes when all are taken, may still ask. */
  static final Crowding CROWDING =
      new Crowding(16, 8, Set.of("/health/live", "/health/ready", "/metrics"));

  /** A message to a session, in Base64, and what belongs to it. */
  private static final int MAX_PAYLOAD_BYTES = 128 * 1024;

  private static final int MAX_HELD_BYTES = 8 * 1024 * 1024;
  private static final HttpBounds BOUNDS =
      new HttpBounds(
          MAX_CONNECTIONS,
          MAX_CONNECTIONS,
          16 * 1024,
          MAX_PAYLOAD_BYTES,
          MAX_HELD_BYTES,
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          CROWDING);
  private static final String NAME = "admin";
  private static final String JSON = "application/json";

  /** What proxies add to requests. */
  private static final List<HeaderName> FROM_ELSEWHERE =
      Stream.of("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
          .map(HeaderNames::create)
          .toList();

  private final HttpEdge edge;
  private final WebServer server;
  private final Listener about;

  private AdminServer(HttpEdge edge, WebServer server, String bind) {
    this.edge = edge;
    this.server = server;
    about =
        new Listener(
            NAME,
            NAME,
            bind,
            server.port(),
            false,
            "/health/live /health/ready /metrics /version /sessions");
  }

  /**
   * Starts to listen.
   *
   * @param version the server's own
   * @param entrance what connections come in by
   * @param sessions gives null while there are none yet
   * @throws IOException if the port cannot be had
   */
  public static AdminServer start(
      AdminConfig config,
      String version,
      Readiness readiness,
      Entrance entrance,
      PrometheusMeterRegistry metrics,
      Supplier<@Nullable SessionsApi> sessions)
      throws IOException {
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .get(
                "/health/live",
                (request, response) ->
                    answer(request, response, Status.OK_200, Map.of("state", "live")))
            .get(
                "/health/ready",
                (request, response) ->
                    answer(
                        request,
                        response,
                        readiness.isReady() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503,
                        ready(readiness)))
            .get("/metrics", (request, response) -> scrape(request, response, metrics))
            .get(
                "/version",
                (request, response) ->
                    answer(request, response, Status.OK_200, Map.of("version", version)));
    routing.register(new LandingRoute(landingPage()));
    routing.get(
        "/sessions",
        (request, response) ->
            answer(
                request,
                response,
                Status.OK_200,
                Map.of("actions", SessionsApi.ACTIONS.stream().sorted().toList())));
    for (String action : SessionsApi.ACTIONS) {
      routing.post(
          "/sessions/" + action,
          (request, response) -> change(request, response, sessions.get(), action));
      routing.any(
          "/sessions/" + action,
          (request, response) -> {
            response.header(HeaderNames.ALLOW, "POST");
            answer(request, response, Status.METHOD_NOT_ALLOWED_405, Map.of("error", "use POST"));
          });
    }
    HttpEdge edge =
        HttpEdge.of(
            NAME,
            BOUNDS,
            WebGate.of(NAME, config.bind(), config.access())::answersTo,
            AdminServer::error,
            entrance,
            metrics);
    WebServer server = edge.server(routing).host(config.bind()).port(config.port()).build();
    server.start();
    if (!server.isRunning()) {
      edge.close();
      throw reason(config);
    }
    return new AdminServer(edge, server, config.bind());
  }

  private static LandingPage landingPage() {
    return new LandingPage(
        "Polyhub: admin port",
        List.of(
            new LandingPage.Entry("/health/live", "whether the process answers", true),
            new LandingPage.Entry("/health/ready", "whether it can do its work, by parts", true),
            new LandingPage.Entry("/metrics", "metrics for Prometheus", true),
            new LandingPage.Entry("/version", "the version", true),
            new LandingPage.Entry(
                "/sessions", "what may be done with sessions, by POST to /sessions/ACTION", true)));
  }

  private static byte[] error(int status, String text) {
    return Json.text(Map.of("error", text)).getBytes(StandardCharsets.UTF_8);
  }

  /** Helidon keeps to itself why it cannot listen, so ask the system the same. */
  private static IOException reason(AdminConfig config) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(config.bind(), config.port()));
      return new IOException("the admin server did not start");
    } catch (IOException e) {
      return e;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Listener> listeners() {
    return List.of(about);
  }

  @Override
  public @Nullable LiveTls tls() {
    return null;
  }

  /** Does nothing: operators are let in until the end. */
  @Override
  public void stopAccepting() {}

  private static Map<String, Object> ready(Readiness readiness) {
    Map<String, Object> parts = new LinkedHashMap<>();
    readiness.parts().forEach((part, up) -> parts.put(part, up ? "up" : "down"));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("state", readiness.state());
    body.put("parts", parts);
    body.putAll(readiness.details());
    return body;
  }

  private static void answer(
      ServerRequest request, ServerResponse response, Status status, Map<String, Object> body) {
    byte[] json = Json.text(body).getBytes(StandardCharsets.UTF_8);
    response
        .status(status)
        .header(HeaderNames.CONTENT_TYPE, JSON)
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(Compression.body(request, response, json));
  }

  private static void change(
      ServerRequest request,
      ServerResponse response,
      @Nullable SessionsApi sessions,
      String action) {
    SessionsApi.Answer answer;
    if (!isLocal(request)) {
      answer = SessionsApi.Answer.error(403, "only for callers on this machine");
    } else if (request.headers().contains(HeaderNames.ORIGIN)) {
      answer = SessionsApi.Answer.error(403, "not for web pages");
    } else if (!request
        .headers()
        .contentType()
        .map(type -> type.mediaType().text().equals(JSON))
        .orElse(false)) {
      answer = SessionsApi.Answer.error(415, "Content-Type: application/json is needed");
    } else if (sessions == null) {
      answer = SessionsApi.Answer.error(503, "starting");
    } else {
      answer = sessions.call(action, request.content().as(byte[].class));
    }
    answer(request, response, Status.create(answer.status()), answer.body());
  }

  /**
   * Both ends are on this machine, and no proxy stands in between: one that says so speaks for
   * others, whether it is trusted or not, for a header can only take this right away.
   */
  private static boolean isLocal(ServerRequest request) {
    return isLoopback(request.remotePeer())
        && isLoopback(request.localPeer())
        && FROM_ELSEWHERE.stream().noneMatch(request.headers()::contains);
  }

  private static boolean isLoopback(PeerInfo peer) {
    return peer.address() instanceof InetSocketAddress end
        && end.getAddress() != null
        && end.getAddress().isLoopbackAddress();
  }

  private static void scrape(
      ServerRequest request, ServerResponse response, PrometheusMeterRegistry metrics) {
    boolean openMetrics =
        request
            .headers()
            .first(HeaderNames.ACCEPT)
            .map(accept -> accept.contains("application/openmetrics-text"))
            .orElse(false);
    String type =
        openMetrics
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";
    byte[] text = metrics.scrape(type).getBytes(StandardCharsets.UTF_8);
    response.header(HeaderNames.CONTENT_TYPE, type).send(Compression.body(request, response, text));
  }

  @Override
  public void close() {
    server.stop();
    edge.close();
  }
}
