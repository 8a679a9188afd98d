package io.polyhub.broker.nats;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.NKey;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.link.LinkCredentials;
import io.polyhub.broker.nats.link.LinkTls;
import io.polyhub.broker.nats.link.Reconnect;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rules;
import io.polyhub.identity.TestCertificates;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who a node is to NATS, and whom it trusts. */
class NatsCredentialsTest {

  private static final Rules RULES = BrokerProbe.rules(Guarantee.AT_LEAST_ONCE);
  private static final Reconnect SWIFT =
      new Reconnect(
          Duration.ofMillis(10),
          Duration.ofMillis(50),
          Duration.ofSeconds(2),
          Duration.ofSeconds(2));
  private static final String PAYLOAD = "max_payload: 2MB\n";

  @TempDir Path folder;

  /** With these it is let in, and everything works. */
  private static void works(NatsConfig config) throws Exception {
    try (NatsProbe node = NatsProbe.ready(config, RULES)) {
      node.watch(KEPT);
      node.probe().publish(KEPT, "x");
      assertThat(BrokerProbe.texts(node.probe().told().awaitPublications(1))).containsExactly("x");
    }
  }

  /** With these it is not let in. */
  private static void isRefused(NatsConfig config) throws Exception {
    try (NatsProbe node = NatsProbe.start(config.with(SWIFT), RULES)) {
      BrokerProbe.await(() -> node.count("polyhub.nats.connect.failures") > 0);
      assertThat(node.probe().broker().isReady()).isFalse();
      assertThat(node.gauge("polyhub.nats.connected")).isZero();
    }
  }

  @Test
  void a_name_and_a_password() throws Exception {
    String settings = PAYLOAD + "authorization { user: hub, password: \"s3cret\" }";
    try (NatsServers servers = NatsServers.startWith(settings)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      works(config.with(new LinkCredentials.UserPassword("hub", "s3cret")));
      isRefused(config.with(new LinkCredentials.UserPassword("hub", "guess")));
      isRefused(config);
    }
  }

  @Test
  void a_token() throws Exception {
    String settings = PAYLOAD + "authorization { token: \"t0ken\" }";
    try (NatsServers servers = NatsServers.startWith(settings)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      works(config.with(new LinkCredentials.Token("t0ken")));
      isRefused(config.with(new LinkCredentials.Token("guess")));
    }
  }

  @Test
  void an_nkey() throws Exception {
    NKey hub = NKey.createUser(null);
    String settings =
        PAYLOAD + "authorization { users: [ { nkey: " + new String(hub.getPublicKey()) + " } ] }";
    Path seed = folder.resolve("hub.nk");
    Files.writeString(seed, new String(hub.getSeed()) + "\n");
    Path other = folder.resolve("other.nk");
    Files.writeString(other, new String(NKey.createUser(null).getSeed()));
    try (NatsServers servers = NatsServers.startWith(settings)) {
      NatsConfig config = NatsProbe.config(servers.uris());
      works(config.with(new LinkCredentials.NkeySeedFile(seed)));
      isRefused(config.with(new LinkCredentials.NkeySeedFile(other)));
    }
  }

  @Test
  void a_file_of_credentials() throws Exception {
    NatsAccounts accounts = NatsAccounts.create(folder);
    Path others = Files.createDirectory(folder.resolve("others"));
    Path strangers = NatsAccounts.create(others).creds();
    try (NatsServers servers = NatsServers.startWith(accounts.settings())) {
      NatsConfig config = NatsProbe.config(servers.uris());
      works(config.with(new LinkCredentials.CredsFile(accounts.creds())));
      isRefused(config.with(new LinkCredentials.CredsFile(strangers)));
      isRefused(config.with(new LinkCredentials.CredsFile(folder.resolve("none.creds"))));
    }
  }

  private static NatsConfig secured(NatsServers servers, @Nullable LinkTls tls) {
    URI plain = servers.uris().getFirst();
    URI secured = URI.create("tls://" + plain.getHost() + ":" + plain.getPort());
    return NatsProbe.config(List.of(secured)).with(tls);
  }

  @Test
  void tls_with_authorities_of_its_own() throws Exception {
    TestCertificates certificates = TestCertificates.create(folder);
    String settings =
        PAYLOAD + "tls { cert_file: \"FOLDER/server.pem\", key_file: \"FOLDER/server.key\" }";
    try (NatsServers servers =
        NatsServers.startWith(
            settings, certificates.certificate("server"), certificates.key("server"))) {
      works(secured(servers, new LinkTls(certificates.certificate("ca"), null, null)));
      isRefused(secured(servers, new LinkTls(certificates.certificate("mallory"), null, null)));
      isRefused(secured(servers, null));
    }
  }

  @Test
  void tls_with_a_certificate_of_the_node() throws Exception {
    TestCertificates certificates = TestCertificates.create(folder);
    String settings =
        PAYLOAD
            + "tls { cert_file: \"FOLDER/server.pem\", key_file: \"FOLDER/server.key\","
            + " ca_file: \"FOLDER/ca.pem\", verify: true }";
    try (NatsServers servers =
        NatsServers.startWith(
            settings,
            certificates.certificate("server"),
            certificates.key("server"),
            certificates.certificate("ca"))) {
      Path ca = certificates.certificate("ca");
      works(
          secured(
              servers,
              new LinkTls(ca, certificates.certificate("alice"), certificates.key("alice"))));
      isRefused(
          secured(
              servers,
              new LinkTls(ca, certificates.certificate("mallory"), certificates.key("mallory"))));
      isRefused(secured(servers, new LinkTls(ca, null, null)));
    }
  }
}
