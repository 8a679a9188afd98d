package io.polyhub.identity;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.polyhub.files.LiveFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A door's TLS, which follows its files while connections stay as they are. {@link #context} is one
 * for as long as the door is there; each engine that it makes is of what was loaded last.
 *
 * <p>What is loaded gets a context of its own, with its own session cache and ticket keys, so that
 * no session of before can be resumed: a session that is resumed is not checked again, neither
 * against other authorities nor against a later revocation list.
 *
 * <p>Any thread.
 */
public final class LiveTls implements AutoCloseable {

  /** The versions that are spoken. */
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** Those of RFC 9325 section 4.2: forward secrecy and authenticated encryption alone. */
  public static final List<String> CIPHER_SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final Logger LOG = LoggerFactory.getLogger(LiveTls.class);

  private final boolean asksClients;
  private final LiveFiles<Loaded> files;
  private final SSLContext context;

  private record Loaded(TlsMaterial material, SSLContext context) {

    double expirySeconds() {
      return material.own().chain().getFirst().getNotAfter().toInstant().getEpochSecond();
    }
  }

  private LiveTls(String door, TlsFiles wanted, LiveFiles<Loaded> files, MeterRegistry registry) {
    this.asksClients = wanted.clientAuthorities() != null;
    this.files = files;
    this.context =
        LiveContext.of(
            () -> files.current().context(),
            new FailedHandshakes(door, registry, System::nanoTime));
    Gauge.builder(
            "polyhub.tls.certificate.expiry.timestamp",
            files,
            live -> live.current().expirySeconds())
        .tag("door", door)
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder("polyhub.tls.crl.due.timestamp", files, LiveTls::listsDueSeconds)
        .tag("door", door)
        .baseUnit("seconds")
        .register(registry);
  }

  private static double listsDueSeconds(LiveFiles<Loaded> live) {
    Instant due = live.current().material().listsDue();
    return due == null ? 0 : due.getEpochSecond();
  }

  /**
   * Loads a door's files and follows them.
   *
   * @param door the door, as logs and metrics name it
   * @throws IOException if the files cannot be used
   */
  public static LiveTls start(String door, TlsFiles files, MeterRegistry registry)
      throws IOException {
    return start(door, files, registry, InstantSource.system(), LiveFiles.INTERVAL);
  }

  /**
   * As {@link #start(String, TlsFiles, MeterRegistry)}.
   *
   * @param clock tells whether certificates are in force when they are loaded
   * @param interval between two looks at the files
   */
  public static LiveTls start(
      String door, TlsFiles files, MeterRegistry registry, InstantSource clock, Duration interval)
      throws IOException {
    LiveFiles.Content<Loaded> content =
        new LiveFiles.Content<>() {
          @Override
          public List<Path> files() {
            return files.all();
          }

          @Override
          public Loaded load() throws IOException {
            TlsMaterial material = TlsMaterial.load(files, clock.instant());
            Instant due = material.listsDue();
            if (due != null && due.isBefore(clock.instant())) {
              LOG.warn(
                  "A revocation list of the {} door was due to be replaced at {}: clients with a"
                      + " certificate that it should vouch for are refused",
                  door,
                  due);
            }
            return new Loaded(material, material.context());
          }
        };
    return new LiveTls(
        door, files, LiveFiles.start(door + ".tls", content, registry, interval), registry);
  }

  /** The context that makes engines of what was loaded last. Engines for servers alone. */
  public SSLContext context() {
    return context;
  }

  /** Whether clients are asked for a certificate; they need not show one. */
  public boolean asksClients() {
    return asksClients;
  }

  /** Looks at the files now. Returns whether what they hold is in force. */
  public boolean look() {
    return files.look();
  }

  /** Tells which certificates the lists name, now and whenever they change. */
  public void onLists(Consumer<Predicate<X509Certificate>> listener) {
    files.onChange(loaded -> listener.accept(loaded.material()::isListed));
  }

  /** Follows the files no more; what was loaded last stays in use. */
  @Override
  public void close() {
    files.close();
  }
}
