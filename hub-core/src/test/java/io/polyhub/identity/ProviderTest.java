package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.identity.Authenticator.Reason;
import io.polyhub.identity.Authenticator.Verification;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.JsonWebKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens in the shape that identity providers give them, whose keys are found by the provider's
 * discovery document; a server on loopback stands at the provider's addresses.
 */
class ProviderTest {

  private static final Grant READ =
      new Grant(List.of(ChannelFilter.of("news/#")), Set.of(Verb.SUBSCRIBE));
  private static final Grant WRITE =
      new Grant(List.of(ChannelFilter.of("news/#")), Set.of(Verb.PUBLISH));
  private static final Map<String, List<Grant>> ROLES =
      Map.of("editor", List.of(READ, WRITE), "reader", List.of(READ));

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
  private final Map<String, String> pages = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<JwtAuthenticator> opened = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private String host;
  private KeyPair pair;

  @BeforeEach
  void serve() throws Exception {
    pair = JwtAuthenticatorTest.keyPair("RSA");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.add(path);
          String page = pages.get(path);
          byte[] answer = (page == null ? "" : page).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(page == null ? 404 : 200, answer.length);
          try (var out = exchange.getResponseBody()) {
            out.write(answer);
          }
        });
    server.start();
    host = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    opened.forEach(JwtAuthenticator::close);
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void a_token_of_keycloak_has_what_its_realm_and_client_roles_give() throws Exception {
    String issuer = host + "/realms/demo";
    publish(issuer, "/realms/demo/.well-known/openid-configuration", "/realms/demo/certs");
    JwtAuthenticator authenticator =
        start(issuer, "preferred_username", "realm_access.roles", "resource_access.hub.roles");
    String token =
        """
        {"exp":1767323345,"iat":1767323045,"jti":"8a0e","iss":"%s","aud":"account",
         "sub":"f3b1c9b2-7c0b-4a43-9d2c-000000000001","typ":"Bearer","azp":"web","sid":"5d1f",
         "acr":"1","allowed-origins":["https://app.example.com"],
         "realm_access":{"roles":["offline_access","reader","uma_authorization"]},
         "resource_access":{"account":{"roles":["manage-account"]},"hub":{"roles":["editor"]}},
         "scope":"openid profile email","email_verified":false,"name":"Ann Example",
         "preferred_username":"ann","email":"ann@example.com"}
        """
            .formatted(issuer);

    Identity identity = identity(authenticator, token);

    assertThat(identity.user()).isEqualTo("ann");
    assertThat(identity.grants()).containsExactly(READ, READ, WRITE);
    assertThat(identity.expiresAt()).isEqualTo(Instant.ofEpochSecond(1_767_323_345));
  }

  @Test
  void a_token_of_auth0_has_what_its_roles_and_permissions_give() throws Exception {
    String issuer = host + "/";
    publish(issuer, "/.well-known/openid-configuration", "/.well-known/jwks.json");
    JwtAuthenticator authenticator =
        start(issuer, "sub", "https://example.com/roles", "permissions", "scope");
    String token =
        """
        {"https://example.com/roles":["editor","unheard of"],"iss":"%s","sub":"auth0|64c1",
         "aud":["https://hub.example.com","https://demo.eu.auth0.com/userinfo"],
         "iat":1767323045,"exp":1767409445,"scope":"openid reader profile","azp":"Wd7q",
         "permissions":["reader"]}
        """
            .formatted(issuer);

    Identity identity = identity(authenticator, token);

    assertThat(identity.user()).isEqualTo("auth0|64c1");
    assertThat(identity.grants()).containsExactlyInAnyOrder(READ, WRITE, READ);
  }

  @Test
  void roles_that_are_not_known_give_nothing_and_the_hubs_own_grants_still_count()
      throws Exception {
    JwtAuthenticator authenticator = started();

    assertThat(identity(authenticator, claims("\"roles\":[\"root\",\"\"]")).grants()).isEmpty();
    assertThat(identity(authenticator, claims("\"other\":1")).grants()).isEmpty();
    assertThat(
            identity(
                    authenticator,
                    claims(
                        "\"roles\":\"reader  reader\",\"grants\":[{\"filters\":[\"news/#\"],"
                            + "\"verbs\":[\"publish\"]}]"))
                .grants())
        .containsExactly(WRITE, READ);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"roles\":5",
        "\"roles\":null",
        "\"roles\":{\"reader\":true}",
        "\"roles\":[\"reader\",5]",
        "\"roles\":[[\"reader\"]]",
        "\"deep\":\"reader\"",
        "\"deep\":{\"roles\":{}}",
        "\"roles\":[\"reader\"],\"roles\":[\"editor\"]"
      })
  void roles_of_another_type_make_the_token_invalid(String member) throws Exception {
    JwtAuthenticator authenticator = started();

    assertThat(verify(authenticator, claims(member)))
        .isEqualTo(new Verification.Rejected(Reason.INVALID));
  }

  @Test
  void a_user_at_another_place_is_held_to_the_same_bounds_and_sub_is_not_looked_at()
      throws Exception {
    String issuer = host + "/";
    publish(issuer, "/.well-known/openid-configuration", "/keys");
    JwtAuthenticator authenticator = start(issuer, "who.email", "roles");

    assertThat(identity(authenticator, claims("\"who\":{\"email\":\"ann\",\"x\":1}")).user())
        .isEqualTo("ann");
    assertThat(identity(authenticator, claims("\"sub\":5,\"who\":{}")).user()).isEmpty();
    for (String bad :
        List.of("\"who\":5", "\"who\":{\"email\":5}", "\"who\":{\"email\":\"\\n\"}")) {
      assertThat(verify(authenticator, claims(bad)))
          .isEqualTo(new Verification.Rejected(Reason.INVALID));
    }
  }

  @Test
  void tokens_of_another_issuer_or_without_one_are_not_trusted() throws Exception {
    JwtAuthenticator authenticator = started();
    for (String bad :
        List.of("{\"iss\":\"" + host + "\"}", "{\"iss\":\"" + host + "/x\"}", "{\"sub\":\"a\"}")) {
      assertThat(verify(authenticator, bad)).isEqualTo(new Verification.Rejected(Reason.INVALID));
    }
  }

  @Test
  void a_discovery_document_of_another_issuer_is_not_believed() throws Exception {
    String issuer = host + "/realms/demo";
    publish(issuer + "/", "/realms/demo/.well-known/openid-configuration", "/keys");
    JwtAuthenticator authenticator = start(issuer, "sub", "roles");

    assertThat(verify(authenticator, "{\"iss\":\"" + issuer + "\"}"))
        .isEqualTo(new Verification.Rejected(Reason.UNAVAILABLE));
    assertThat(asked).containsExactly("/realms/demo/.well-known/openid-configuration");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "[]",
        "{\"issuer\":\"ISSUER\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":5}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"/keys\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"file:///etc/passwd\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"http:// /\"}",
        "{\"issuer\":\"ISSUER\",\"jwks_uri\":\"HOST/keys\",\"jwks_uri\":\"HOST/keys\"}",
        "{\"jwks_uri\":\"HOST/keys\"}",
        "LARGE{\"issuer\":\"ISSUER\",\"jwks_uri\":\"HOST/keys\"}"
      })
  void a_document_that_does_not_say_where_the_keys_are_leads_nowhere(String page) throws Exception {
    String issuer = host + "/";
    publish(issuer, "/.well-known/openid-configuration", "/keys");
    pages.put(
        "/.well-known/openid-configuration",
        page.replace("ISSUER", issuer)
            .replace("HOST", host)
            .replace("LARGE", " ".repeat(256 * 1024)));
    JwtAuthenticator authenticator = start(issuer, "sub", "roles");

    assertThat(verify(authenticator, claims("\"sub\":\"ann\"")))
        .isEqualTo(new Verification.Rejected(Reason.UNAVAILABLE));
    assertThat(asked).containsExactly("/.well-known/openid-configuration");
  }

  @Test
  void the_document_is_asked_for_again_when_it_is_old_or_no_key_is_to_be_had() throws Exception {
    JwtAuthenticator authenticator = started();
    String token = claims("\"sub\":\"ann\"");
    identity(authenticator, token);
    assertThat(asked).containsExactly("/.well-known/openid-configuration", "/keys");

    fetchAgain(authenticator, Duration.ofMinutes(11));
    assertThat(asked).endsWith("/keys", "/keys").hasSize(3);

    // The keys have moved.
    pages.remove("/keys");
    publish(host + "/", "/.well-known/openid-configuration", "/moved");
    fetchAgain(authenticator, Duration.ofMinutes(11));
    fetchAgain(authenticator, Duration.ofMinutes(1));
    assertThat(asked).endsWith("/keys", "/.well-known/openid-configuration", "/moved").hasSize(6);
    identity(authenticator, token);

    fetchAgain(authenticator, JwtConfig.Jwks.DISCOVERY_MAX_AGE);
    assertThat(asked).endsWith("/.well-known/openid-configuration", "/moved").hasSize(8);
  }

  @Test
  void only_an_address_without_a_query_can_be_an_issuer_that_is_asked() {
    assertThat(JwtConfig.Jwks.discoveryAddress("https://a.example/b"))
        .isEqualTo(URI.create("https://a.example/b/.well-known/openid-configuration"));
    assertThat(JwtConfig.Jwks.discoveryAddress("https://a.example/"))
        .isEqualTo(URI.create("https://a.example/.well-known/openid-configuration"));
    for (String bad : List.of("https://a.example?b", "https://a.example#b", "us", "ftp://a")) {
      assertThatThrownBy(() -> JwtConfig.Jwks.ofIssuer(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
    JwtConfig config = JwtConfig.ofJwks(JwtConfig.Jwks.ofIssuer("https://a.example"));
    assertThat(config.issuer()).isEqualTo("https://a.example");
    assertThatThrownBy(() -> config.withIssuer("https://b.example"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_path_is_written_with_dots_unless_it_is_a_web_address() {
    assertThat(ClaimPath.parse("a.b.c")).contains(new ClaimPath(List.of("a", "b", "c")));
    assertThat(ClaimPath.parse("a\\.b.c")).contains(new ClaimPath(List.of("a.b", "c")));
    assertThat(ClaimPath.parse("https://x.org/a")).contains(ClaimPath.of("https://x.org/a"));
    for (String text : List.of("sub", "a.b", "a\\.b.c", "http://x.org/a")) {
      assertThat(ClaimPath.parse(text).map(ClaimPath::text)).contains(text);
    }
    for (String bad : List.of("", ".", "a.", ".a", "a..b", "1.2.3.4.5.6.7.8.9", "a".repeat(257))) {
      assertThat(ClaimPath.parse(bad)).isEmpty();
    }
  }

  @Test
  void a_mapping_has_bounds_and_keeps_off_the_hubs_own_claims() {
    ClaimPath sub = ClaimPath.of("sub");
    ClaimPath roles = ClaimPath.of("roles");
    Map<String, List<Grant>> many = new ConcurrentHashMap<>();
    List<ClaimPath> places = new ArrayList<>();
    for (int i = 0; i <= ClaimMapping.MAX_ROLES; i++) {
      many.put("role" + i, List.of());
      places.add(ClaimPath.of("roles" + i));
    }
    assertRefused(() -> new ClaimMapping(ClaimPath.of("iss"), List.of(), Map.of()));
    assertRefused(() -> new ClaimMapping(sub, List.of(ClaimPath.of("grants")), Map.of()));
    assertRefused(() -> new ClaimMapping(sub, List.of(sub), Map.of()));
    assertRefused(() -> new ClaimMapping(sub, List.of(roles, roles), Map.of()));
    assertRefused(() -> new ClaimMapping(sub, List.of(roles), many));
    assertRefused(() -> new ClaimMapping(sub, List.of(roles), Map.of("", List.of())));
    assertRefused(() -> new ClaimMapping(sub, List.of(roles), Map.of("r".repeat(257), List.of())));
    assertRefused(
        () -> new ClaimMapping(sub, places.subList(0, ClaimMapping.MAX_ROLE_PATHS + 1), Map.of()));
  }

  private static void assertRefused(Runnable made) {
    assertThatThrownBy(made::run).isInstanceOf(IllegalArgumentException.class);
  }

  private JwtAuthenticator started() throws Exception {
    publish(host + "/", "/.well-known/openid-configuration", "/keys");
    return start(host + "/", "sub", "roles", "deep.roles");
  }

  private void publish(String issuer, String document, String keys) throws Exception {
    JsonWebKey key = JsonWebKey.Factory.newJwk(pair.getPublic());
    key.setKeyId("k1");
    key.setUse("sig");
    pages.put(keys, "{\"keys\":[" + key.toJson() + "]}");
    pages.put(
        document,
        """
        {"issuer":"%s","authorization_endpoint":"%s/auth","jwks_uri":"%s","x":{"jwks_uri":5}}
        """
            .formatted(issuer, host, host + keys));
  }

  private JwtAuthenticator start(String issuer, String user, String... roles) {
    ClaimMapping mapping =
        new ClaimMapping(
            ClaimPath.parse(user).orElseThrow(),
            List.of(roles).stream().map(text -> ClaimPath.parse(text).orElseThrow()).toList(),
            ROLES);
    JwtAuthenticator authenticator =
        JwtAuthenticator.start(
            JwtConfig.ofJwks(JwtConfig.Jwks.ofIssuer(issuer)).withClaims(mapping),
            now::get,
            registry);
    opened.add(authenticator);
    return authenticator;
  }

  /** Lets time pass and then names a key that is not known, so that the keys are fetched. */
  private void fetchAgain(JwtAuthenticator authenticator, Duration time) throws Exception {
    now.updateAndGet(instant -> instant.plus(time));
    verify(authenticator, claims("\"sub\":\"ann\""), "unknown");
  }

  private String claims(String members) {
    return "{\"iss\":\"" + host + "/\"," + members + "}";
  }

  private Identity identity(JwtAuthenticator authenticator, String payload) throws Exception {
    Verification verification = verify(authenticator, payload);
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    return ((Verification.Verified) verification).identity();
  }

  private Verification verify(JwtAuthenticator authenticator, String payload) throws Exception {
    return verify(authenticator, payload, "k1");
  }

  private Verification verify(JwtAuthenticator authenticator, String payload, String keyId)
      throws Exception {
    String token =
        TokenIssuer.ofPrivateKey(pair.getPrivate(), keyId)
            .issue(payload.getBytes(StandardCharsets.UTF_8));
    return authenticator
        .authenticate(new Credentials.Token(token))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }
}
