package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.identity.Authenticator.Reason;
import io.polyhub.identity.Authenticator.Verification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Keys that are published at an address, by a real server on loopback. */
class JwksTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicReference<String> body = new AtomicReference<>("{\"keys\":[]}");
  private final AtomicInteger status = new AtomicInteger(200);
  private final AtomicReference<CountDownLatch> hold = new AtomicReference<>(new CountDownLatch(0));
  private final AtomicReference<CountDownLatch> holdBody =
      new AtomicReference<>(new CountDownLatch(0));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private HttpServer server;
  private KeyPair first;
  private KeyPair second;

  @BeforeEach
  void publish() throws Exception {
    first = JwtAuthenticatorTest.keyPair("secp256r1");
    second = JwtAuthenticatorTest.keyPair("Ed25519");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/keys",
        exchange -> {
          requests.incrementAndGet();
          exchange.getResponseHeaders().set("Location", "/keys");
          byte[] answer = body.get().getBytes(StandardCharsets.UTF_8);
          await(hold.get());
          exchange.sendResponseHeaders(status.get(), answer.length);
          try (var out = exchange.getResponseBody()) {
            out.write(answer, 0, answer.length / 2);
            out.flush();
            await(holdBody.get());
            out.write(answer, answer.length / 2, answer.length - answer.length / 2);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    hold.get().countDown();
    holdBody.get().countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void a_token_is_verified_by_a_published_key() throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));

    assertVerified(authenticator, token(first, "k1"));
    assertVerified(authenticator, token(first, null));
    assertRejected(authenticator, token(second, "k1"), Reason.INVALID);
  }

  @Test
  void a_key_that_was_added_is_found_when_a_token_names_it() throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));

    body.set(set(jwk(first, "k1"), jwk(second, "k2")));
    pass(Duration.ofSeconds(10));

    assertVerified(authenticator, token(second, "k2"));
    assertVerified(authenticator, token(first, "k1"));
    assertThat(requests).hasValue(2);
  }

  @Test
  void a_key_that_was_taken_out_is_no_longer_trusted_after_the_next_fetch() throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));

    body.set(set(jwk(second, "k2")));
    pass(Duration.ofSeconds(10));

    assertVerified(authenticator, token(second, "k2"));
    assertRejected(authenticator, token(first, "k1"), Reason.INVALID);
  }

  @Test
  void unknown_keys_do_not_make_us_ask_more_often_than_the_interval() throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));

    for (int i = 0; i < 100; i++) {
      assertRejected(authenticator, token(second, "unknown" + i), Reason.INVALID);
    }

    assertThat(requests).hasValue(1);
  }

  @Test
  void a_set_that_has_grown_old_is_fetched_anew_while_it_stays_in_use() throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));

    status.set(500);
    pass(Duration.ofMinutes(11));
    assertVerified(authenticator, token(first, "k1"));

    waitUntilCounted("failed", 1);
    assertVerified(authenticator, token(first, "k1"));
  }

  @Test
  void while_keys_cannot_be_had_unknown_ones_are_told_apart_from_bad_ones() throws Exception {
    status.set(500);
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);
    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);

    status.set(200);
    body.set(set(jwk(first, "k1")));
    pass(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));
    assertThat(requests).hasValue(2);
  }

  @Test
  void an_address_that_does_not_answer_holds_nobody_longer_than_the_limit() throws Exception {
    hold.set(new CountDownLatch(1));
    JwtAuthenticator authenticator = authenticator(Duration.ofMillis(300));

    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);
    assertThat(registry.counter("polyhub.jwks.fetches", "outcome", "failed").count()).isEqualTo(1);
  }

  @Test
  void an_answer_that_stops_half_way_holds_nobody_longer_than_the_limit() throws Exception {
    body.set(set(jwk(first, "k1")));
    holdBody.set(new CountDownLatch(1));
    JwtAuthenticator authenticator = authenticator(Duration.ofMillis(300));
    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);

    holdBody.get().countDown();
    pass(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));
  }

  @Test
  void a_redirect_is_not_followed() throws Exception {
    body.set(set(jwk(first, "k1")));
    status.set(302);
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));

    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);
    assertThat(requests).hasValue(1);
  }

  @Test
  void many_who_wait_share_one_fetch_and_too_many_are_told_to_come_back() throws Exception {
    hold.set(new CountDownLatch(1));
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(60));
    Credentials.Token token = new Credentials.Token(token(first, "k1"));

    List<CompletionStage<Verification>> waiting = new ArrayList<>();
    for (int i = 0; i < JwksKeys.MAX_WAITING; i++) {
      waiting.add(authenticator.authenticate(token));
    }
    assertThat(waiting).noneMatch(one -> one.toCompletableFuture().isDone());
    assertRejected(authenticator, token.jwt(), Reason.UNAVAILABLE);

    hold.get().countDown();
    for (CompletionStage<Verification> one : waiting) {
      assertThat(one.toCompletableFuture().get(60, TimeUnit.SECONDS))
          .isInstanceOf(Verification.Verified.class);
    }
    assertThat(requests).hasValue(1);
  }

  @Test
  void an_answer_that_is_too_large_or_no_key_set_is_not_used() throws Exception {
    body.set(set(jwk(first, "k1")) + " ".repeat(64 * 1024));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);

    for (String garbage : List.of("", "hello", "[]", "{\"keys\":5}", "{\"keys\":[1]}")) {
      body.set(garbage);
      pass(Duration.ofSeconds(10));
      assertThat(reason(authenticator, token(first, "k1"))).isNotNull();
    }
    body.set(set(jwk(first, "k1")));
    pass(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));
  }

  @Test
  void published_secrets_and_keys_for_encryption_are_not_used() throws Exception {
    String secret = "{\"kty\":\"oct\",\"kid\":\"k1\",\"k\":\"c2VjcmV0\"}";
    PublicJsonWebKey forEncryption = PublicJsonWebKey.Factory.newPublicJwk(first.getPublic());
    forEncryption.setKeyId("k2");
    forEncryption.setUse("enc");
    body.set(set(secret, forEncryption.toJson()));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));

    String signedWithSecret = TokenIssuer.ofSecret("secret").issue(TokenClaims.of("alice"));
    assertRejected(authenticator, signedWithSecret, Reason.INVALID);
    assertRejected(authenticator, token(first, "k2"), Reason.INVALID);
  }

  @Test
  void an_answer_without_a_usable_key_leaves_the_keys_of_before_in_use_for_a_bounded_time()
      throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));

    body.set("{\"keys\":[]}");
    pass(Duration.ofMinutes(11));
    // Asks for a key that is not there, and so waits for the answer.
    assertRejected(authenticator, token(second, "k2"), Reason.UNAVAILABLE);
    assertVerified(authenticator, token(first, "k1"));
    pass(Duration.ofMinutes(59));
    assertRejected(authenticator, token(second, "k2"), Reason.UNAVAILABLE);
    assertVerified(authenticator, token(first, "k1"));
    assertThat(registry.counter("polyhub.jwks.fetches", "outcome", "empty").count()).isEqualTo(2);

    pass(Duration.ofMinutes(1));
    assertRejected(authenticator, token(first, "k1"), Reason.INVALID);

    body.set(set(jwk(first, "k1")));
    pass(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));
  }

  @Test
  void keys_kept_after_an_empty_answer_end_in_time_also_while_the_address_is_silent()
      throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));
    body.set(set("{\"kty\":\"oct\",\"kid\":\"k1\",\"k\":\"c2VjcmV0\"}"));
    pass(Duration.ofMinutes(11));
    assertRejected(authenticator, token(second, "k2"), Reason.UNAVAILABLE);

    status.set(500);
    pass(Duration.ofMinutes(59));
    assertVerified(authenticator, token(first, "k1"));
    waitUntilCounted("failed", 1);
    pass(Duration.ofMinutes(1));

    assertRejected(authenticator, token(first, "k1"), Reason.UNAVAILABLE);
  }

  @Test
  void a_usable_answer_between_two_empty_ones_begins_the_time_anew() throws Exception {
    body.set(set(jwk(first, "k1")));
    JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
    assertVerified(authenticator, token(first, "k1"));
    for (int i = 0; i < 3; i++) {
      body.set("{\"keys\":[]}");
      pass(Duration.ofMinutes(30));
      assertRejected(authenticator, token(second, "k2"), Reason.UNAVAILABLE);
      body.set(set(jwk(first, "k1")));
      pass(Duration.ofMinutes(30));
      assertRejected(authenticator, token(second, "k2"), Reason.INVALID);
    }

    assertVerified(authenticator, token(first, "k1"));
  }

  @Test
  void what_is_wrong_with_the_address_is_logged_once_a_minute() throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(JwksKeys.class);
    lines.start();
    logger.addAppender(lines);
    try {
      JwtAuthenticator authenticator = authenticator(Duration.ofSeconds(10));
      for (int i = 0; i < 6; i++) {
        assertRejected(authenticator, token(first, "k1"), Reason.INVALID);
        pass(Duration.ofSeconds(10));
      }
      assertThat(lines.list).hasSize(1);
      assertThat(lines.list.getFirst().getFormattedMessage())
          .contains("/keys is of use: no token is trusted by them");

      assertRejected(authenticator, token(first, "k1"), Reason.INVALID);
      assertThat(lines.list).hasSize(2);
      assertThat(requests).hasValue(7);
    } finally {
      logger.detachAppender(lines);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      throw new IOException(stopped);
    }
  }

  private JwtAuthenticator authenticator(Duration timeout) {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    JwtConfig.Jwks jwks =
        new JwtConfig.Jwks(
            address,
            null,
            timeout,
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            16 * 1024,
            Duration.ofHours(1));
    JwtAuthenticator authenticator =
        JwtAuthenticator.start(JwtConfig.ofJwks(jwks), now::get, registry);
    opened.add(authenticator);
    return authenticator;
  }

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  private void waitUntilCounted(String outcome, int count) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (registry.counter("polyhub.jwks.fetches", "outcome", outcome).count() < count) {
      assertThat(System.nanoTime()).isLessThan(limit);
      Thread.onSpinWait();
    }
  }

  private static String token(KeyPair pair, @Nullable String keyId) {
    return TokenIssuer.ofPrivateKey(pair.getPrivate(), keyId).issue(TokenClaims.of("alice"));
  }

  private static String jwk(KeyPair pair, String keyId) throws Exception {
    JsonWebKey key = JsonWebKey.Factory.newJwk(pair.getPublic());
    key.setKeyId(keyId);
    return key.toJson();
  }

  private static String set(String... keys) {
    return "{\"keys\":[" + String.join(",", keys) + "]}";
  }

  private static Verification verify(JwtAuthenticator authenticator, String token)
      throws Exception {
    return authenticator
        .authenticate(new Credentials.Token(token))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private static Reason reason(JwtAuthenticator authenticator, String token) throws Exception {
    return ((Verification.Rejected) verify(authenticator, token)).reason();
  }

  private static void assertVerified(JwtAuthenticator authenticator, String token)
      throws Exception {
    assertThat(verify(authenticator, token)).isInstanceOf(Verification.Verified.class);
  }

  private static void assertRejected(JwtAuthenticator authenticator, String token, Reason reason)
      throws Exception {
    assertThat(verify(authenticator, token)).isEqualTo(new Verification.Rejected(reason));
  }
}
