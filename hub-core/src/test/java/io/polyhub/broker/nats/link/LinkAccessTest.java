package io.polyhub.broker.nats.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nats.client.Options;
import io.polyhub.identity.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What connections to NATS are made with, as files are replaced. */
class LinkAccessTest {

  private static final LinkConfig CONFIG =
      LinkConfig.at(List.of(URI.create("nats://127.0.0.1:4222")));

  @TempDir Path folder;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private static String password(LinkAccess access) throws IOException {
    Options.Builder options = new Options.Builder();
    access.current().set(options);
    return new String(options.build().getPasswordChars());
  }

  @Test
  void a_replaced_password_is_used_at_the_next_connect_and_an_empty_file_is_not() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "first\n");
    try (LinkAccess access =
        new LinkAccess(CONFIG.with(new LinkCredentials.PasswordFile("hub", file)), registry)) {
      assertThat(password(access)).isEqualTo("first");

      Files.writeString(file, "second one\n");
      assertThat(password(access)).isEqualTo("second one");

      Files.writeString(file, "");
      assertThat(password(access)).isEqualTo("second one");
      assertThat(registry.get("polyhub.files.stale").tag("files", "broker.nats").gauge().value())
          .isEqualTo(1);
    }
  }

  @Test
  void replaced_authorities_are_trusted_at_the_next_connect() throws Exception {
    TestCertificates certificates = TestCertificates.create(folder);
    Path authorities = certificates.certificate("ca");
    try (LinkAccess access =
        new LinkAccess(CONFIG.with(new LinkTls(authorities, null, null)), registry)) {
      LinkAccess.Loaded first = access.current();
      assertThat(first.tls()).isNotNull();
      assertThat(access.current()).isSameAs(first);

      Files.copy(
          certificates.certificate("mallory"), authorities, StandardCopyOption.REPLACE_EXISTING);

      assertThat(access.current()).isNotSameAs(first);
    }
  }

  @Test
  void files_that_could_never_be_used_are_told_at_each_try() {
    Path absent = folder.resolve("absent");
    try (LinkAccess access =
        new LinkAccess(CONFIG.with(new LinkCredentials.TokenFile(absent)), registry)) {
      assertThatThrownBy(access::current)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no such file");
      assertThatThrownBy(access::current).isInstanceOf(IOException.class);
    }
  }
}
