package io.polyhub.broker.nats.link;

import io.micrometer.core.instrument.MeterRegistry;
import io.nats.client.AuthHandler;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.polyhub.files.LiveFiles;
import io.polyhub.files.PemFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How NATS knows this node and this node knows NATS, as far as it lies in files. Each connection is
 * made with what they hold then; while they hold something that cannot be used, with what they held
 * before. A connection that is there stays. Thread-safe.
 */
final class LinkAccess implements LiveFiles.Content<LinkAccess.Loaded>, AutoCloseable {

  private final LinkConfig config;
  private final MeterRegistry registry;
  private @Nullable LiveFiles<Loaded> live;

  /**
   * What was read.
   *
   * @param tls what to speak TLS with, or null to speak it only where a server asks for it
   * @param credentials says who this node is
   */
  record Loaded(@Nullable SSLContext tls, Consumer<Options.Builder> credentials) {

    void set(Options.Builder options) {
      if (tls != null) {
        options.sslContext(tls);
      }
      credentials.accept(options);
    }
  }

  LinkAccess(LinkConfig config, MeterRegistry registry) {
    this.config = config;
    this.registry = registry;
  }

  /**
   * What to connect with now.
   *
   * @throws IOException if the files cannot be used and never could
   */
  synchronized Loaded current() throws IOException {
    LiveFiles<Loaded> known = live;
    if (known == null) {
      known = LiveFiles.start("broker.nats", this, registry, LiveFiles.INTERVAL);
      live = known;
    } else {
      known.look();
    }
    return known.current();
  }

  @Override
  public List<Path> files() {
    List<Path> files = new ArrayList<>();
    LinkTls tls = config.tls();
    if (tls != null) {
      Stream.of(tls.authorities(), tls.certificate(), tls.privateKey())
          .forEach(file -> {
            if (file != null) {
              files.add(file);
            }
          });
    }
    switch (config.credentials()) {
      case LinkCredentials.None _, LinkCredentials.UserPassword _, LinkCredentials.Token _ -> {}
      case LinkCredentials.PasswordFile(String _, Path path) -> files.add(path);
      case LinkCredentials.TokenFile(Path path) -> files.add(path);
      case LinkCredentials.CredsFile(Path path) -> files.add(path);
      case LinkCredentials.NkeySeedFile(Path path) -> files.add(path);
    }
    return files;
  }

  @Override
  public Loaded load() throws IOException {
    LinkTls tls = config.tls();
    return new Loaded(tls == null ? null : TlsContext.of(tls), credentials());
  }

  private Consumer<Options.Builder> credentials() throws IOException {
    return switch (config.credentials()) {
      case LinkCredentials.None _ -> options -> {};
      case LinkCredentials.UserPassword(String user, String password) -> named(user, password);
      case LinkCredentials.PasswordFile(String user, Path path) ->
          named(user, PemFile.secret(path));
      case LinkCredentials.Token(String token) -> options -> options.token(token.toCharArray());
      case LinkCredentials.TokenFile(Path path) -> {
        String token = PemFile.secret(path);
        yield options -> options.token(token.toCharArray());
      }
      case LinkCredentials.CredsFile(Path path) -> {
        byte[] text = PemFile.text(path).getBytes(StandardCharsets.UTF_8);
        AuthHandler checked = Nats.staticCredentials(text);
        yield options -> options.authHandler(checked);
      }
      case LinkCredentials.NkeySeedFile(Path path) -> {
        String seed = PemFile.secret(path);
        yield options -> options.authHandler(Nats.staticCredentials(null, seed.toCharArray()));
      }
    };
  }

  private static Consumer<Options.Builder> named(String user, String password) {
    return options -> options.userInfo(user.toCharArray(), password.toCharArray());
  }

  @Override
  public synchronized void close() {
    if (live != null) {
      live.close();
    }
  }
}
