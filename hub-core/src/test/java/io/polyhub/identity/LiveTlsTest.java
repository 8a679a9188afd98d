package io.polyhub.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.files.CertifiedKey;
import io.polyhub.files.PemFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS whose files are replaced while it is spoken. */
class LiveTlsTest {

  private static final Duration NEVER = Duration.ofDays(1);

  @TempDir private static Path made;
  private static TestCertificates all = new TestCertificates(Path.of("."));

  @TempDir Path folder;
  private TestCertificates certificates = new TestCertificates(Path.of("."));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeAll
  static void make() throws Exception {
    all = TestCertificates.create(made);
    all.issue("second", "CN=localhost,O=Second");
  }

  @BeforeEach
  void copy() throws Exception {
    certificates = all.copyTo(folder);
  }

  private LiveTls start(TlsFiles files) throws IOException {
    return LiveTls.start("test", files, registry, InstantSource.system(), NEVER);
  }

  /** A client that trusts the authority, and shows the certificate of that name, or none. */
  private SSLContext client(@Nullable String name) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        name == null
            ? null
            : CertifiedKey.load(
                    certificates.certificate(name), certificates.key(name), Instant.now())
                .managers(),
        CertifiedKey.trusting(PemFile.certificates(certificates.certificate("ca"))),
        null);
    return context;
  }

  private String shown(LiveTls tls) throws Exception {
    return shown(TlsTalk.between(client(null), tls, "TLSv1.3"));
  }

  private static String shown(TlsTalk talk) throws SSLPeerUnverifiedException {
    return talk.client.getSession().getPeerPrincipal().getName();
  }

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  @Test
  void a_replaced_certificate_is_shown_to_new_clients_and_open_connections_stay() throws Exception {
    try (LiveTls tls = start(certificates.server())) {
      TlsTalk open = TlsTalk.between(client(null), tls, "TLSv1.3");
      assertThat(shown(open)).isEqualTo("CN=localhost");

      certificates.replace("server", "second");

      assertThat(tls.look()).isTrue();
      assertThat(shown(tls)).isEqualTo("CN=localhost,O=Second");
      assertThat(open.say(new byte[] {1, 2, 3})).isEqualTo(3);
      assertThat(
              registry.get("polyhub.files.taken.over").tag("files", "test.tls").counter().count())
          .isEqualTo(1);
    }
  }

  @Test
  void replaced_files_are_found_without_being_told() throws Exception {
    try (LiveTls tls =
        LiveTls.start(
            "test",
            certificates.server(),
            registry,
            InstantSource.system(),
            Duration.ofMillis(10))) {
      BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
      tls.onLists(lists -> changes.add(true));
      assertThat(changes.poll(10, TimeUnit.SECONDS)).isTrue();

      certificates.replace("server", "second");

      assertThat(changes.poll(10, TimeUnit.SECONDS)).isTrue();
      assertThat(shown(tls)).isEqualTo("CN=localhost,O=Second");
    }
  }

  @Test
  void a_link_that_is_turned_counts_as_a_change() throws Exception {
    Path chain = Files.createSymbolicLink(folder.resolve("link.pem"), Path.of("server.pem"));
    Path key = Files.createSymbolicLink(folder.resolve("link.key"), Path.of("server.key"));
    try (LiveTls tls = start(new TlsFiles(chain, key, null))) {
      assertThat(shown(tls)).isEqualTo("CN=localhost");

      Path otherChain = Files.createSymbolicLink(folder.resolve("l.pem"), Path.of("second.pem"));
      Path otherKey = Files.createSymbolicLink(folder.resolve("l.key"), Path.of("second.key"));
      Files.move(otherChain, chain, StandardCopyOption.REPLACE_EXISTING);
      Files.move(otherKey, key, StandardCopyOption.REPLACE_EXISTING);

      assertThat(tls.look()).isTrue();
      assertThat(shown(tls)).isEqualTo("CN=localhost,O=Second");
    }
  }

  @Test
  void files_that_do_not_fit_are_not_taken_over_and_what_was_there_stays() throws Exception {
    try (LiveTls tls = start(certificates.server())) {
      assertThat(gauge("polyhub.files.stale")).isZero();

      Files.copy(
          certificates.certificate("second"),
          certificates.certificate("server"),
          StandardCopyOption.REPLACE_EXISTING);

      assertThat(tls.look()).isFalse();
      assertThat(gauge("polyhub.files.stale")).isEqualTo(1);
      assertThat(shown(tls)).isEqualTo("CN=localhost");

      Files.copy(
          certificates.key("second"),
          certificates.key("server"),
          StandardCopyOption.REPLACE_EXISTING);

      assertThat(tls.look()).isTrue();
      assertThat(gauge("polyhub.files.stale")).isZero();
      assertThat(shown(tls)).isEqualTo("CN=localhost,O=Second");
    }
  }

  @Test
  void what_does_not_fit_or_is_over_is_refused_at_the_start() throws Exception {
    certificates.issue("over", "CN=localhost", "-startdate", "-10d", "-validity", "5");
    certificates.issue("early", "CN=localhost", "-startdate", "+5d", "-validity", "5");
    Path shuffled = folder.resolve("shuffled.pem");
    Files.writeString(
        shuffled,
        Files.readString(certificates.certificate("server"))
            + Files.readString(certificates.certificate("mallory")));

    refuses(
        new TlsFiles(certificates.certificate("server"), certificates.key("second"), null),
        certificates.key("second") + ": found a key that does not belong to");
    refuses(
        new TlsFiles(certificates.certificate("over"), certificates.key("over"), null), "ended at");
    refuses(
        new TlsFiles(certificates.certificate("early"), certificates.key("early"), null),
        "begins at");
    refuses(new TlsFiles(shuffled, certificates.key("server"), null), "as certificate 2 another");
    refuses(
        new TlsFiles(
            certificates.certificate("server"),
            certificates.key("server"),
            certificates.key("alice")),
        "no certificate");
  }

  private void refuses(TlsFiles files, String why) {
    assertThatThrownBy(() -> start(files))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }

  @Test
  void the_certificates_end_is_a_metric() throws Exception {
    try (LiveTls tls = start(certificates.server())) {
      double end = certificates.read("server").getNotAfter().toInstant().getEpochSecond();

      assertThat(tls.asksClients()).isFalse();
      assertThat(gauge("polyhub.tls.certificate.expiry.timestamp")).isEqualTo(end);
    }
  }

  @Test
  void a_failed_handshake_is_counted_and_a_good_one_is_not() throws Exception {
    byte[] plain = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (LiveTls tls = start(certificates.server())) {
      shown(tls);
      assertThat(registry.get("polyhub.tls.handshakes.failed").counter().count()).isZero();

      SSLEngine stranger = tls.context().createSSLEngine();
      stranger.setUseClientMode(false);
      assertThatThrownBy(() -> stranger.unwrap(ByteBuffer.wrap(plain), ByteBuffer.allocate(100)))
          .isInstanceOf(SSLException.class);

      assertThat(
              registry.get("polyhub.tls.handshakes.failed").tag("door", "test").counter().count())
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void a_listed_certificate_is_refused_also_by_a_session_that_was_begun_before(String protocol)
      throws Exception {
    TlsFiles files = certificates.serverThatAsks().withCrlFiles(certificates.writeList());
    BlockingQueue<Predicate<X509Certificate>> told = new LinkedBlockingQueue<>();
    X509Certificate alice = certificates.read("alice");
    try (LiveTls tls = start(files)) {
      tls.onLists(told::add);
      SSLContext client = client("alice");
      TlsTalk first = TlsTalk.between(client, tls, protocol);
      assertThat(first.server.getSession().getPeerCertificates()[0]).isEqualTo(alice);
      first.client.getSession().putValue("begun", "before");
      TlsTalk resumed = TlsTalk.between(client, tls, protocol);
      assertThat(resumed.client.getSession().getValue("begun")).isEqualTo("before");
      assertThat(resumed.server.getSession().getPeerCertificates()[0]).isEqualTo(alice);
      assertThat(told.remove().test(alice)).isFalse();

      certificates.writeList("alice");

      assertThat(tls.look()).isTrue();
      assertThat(told.remove().test(alice)).isTrue();
      assertThatThrownBy(() -> TlsTalk.between(client, tls, protocol))
          .isInstanceOf(SSLException.class);
      assertThat(shown(TlsTalk.between(client(null), tls, protocol))).isEqualTo("CN=localhost");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void a_session_of_an_authority_that_is_trusted_no_more_is_not_resumed(String protocol)
      throws Exception {
    try (LiveTls tls = start(certificates.serverThatAsks())) {
      SSLContext client = client("alice");
      TlsTalk.between(client, tls, protocol).client.getSession().putValue("begun", "before");

      Files.copy(
          certificates.certificate("mallory"),
          certificates.certificate("ca"),
          StandardCopyOption.REPLACE_EXISTING);

      assertThat(tls.look()).isTrue();
      TlsTalk again = TlsTalk.between(client, tls, protocol);
      assertThat(again.client.getSession().getValue("begun")).isNull();
      assertThatThrownBy(() -> again.server.getSession().getPeerCertificates())
          .isInstanceOf(SSLPeerUnverifiedException.class);
    }
  }

  @Test
  void a_certificate_that_no_list_in_force_vouches_for_is_refused() throws Exception {
    Path list = certificates.writeList();
    TlsFiles files = certificates.serverThatAsks().withCrlFiles(list);
    refuses(
        new TlsFiles(
            files.certificateChain(),
            files.privateKey(),
            certificates.certificate("mallory"),
            List.of(list)),
        "no list of an authority");
    refuses(
        certificates.serverThatAsks().withCrlFiles(certificates.certificate("ca")),
        "no list that can be read");

    // The list of the authority alone says nothing of what an authority below it has signed.
    certificates.issue("below", "CN=Below", "-ext", "bc:c");
    certificates.issue("bob", "CN=bob", "-signer", "below");
    try (LiveTls tls = start(certificates.serverThatAsks())) {
      assertThat(shown(TlsTalk.between(client("bob"), tls, "TLSv1.3"))).isEqualTo("CN=localhost");
    }
    try (LiveTls tls = start(files)) {
      assertThatThrownBy(() -> TlsTalk.between(client("bob"), tls, "TLSv1.3"))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void a_list_beside_the_authorities_is_named_as_misplaced() throws Exception {
    Path both = folder.resolve("both.pem");
    Files.writeString(
        both,
        Files.readString(certificates.certificate("ca"))
            + Files.readString(certificates.writeList()));

    refuses(
        new TlsFiles(certificates.certificate("server"), certificates.key("server"), both),
        "revocation lists in crlFiles");
  }
}
