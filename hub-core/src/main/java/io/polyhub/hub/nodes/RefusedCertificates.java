package io.polyhub.hub.nodes;

import io.polyhub.identity.Credentials;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which client certificates are not to be believed, by the door that told. Thread-safe. */
public final class RefusedCertificates {

  private final Map<String, Predicate<X509Certificate>> byDoor = new ConcurrentHashMap<>();

  /** In place of what the door told before. */
  public void tell(String door, Predicate<X509Certificate> listed) {
    byDoor.put(door, listed);
  }

  public boolean refuses(@Nullable X509Certificate certificate) {
    return certificate != null
        && byDoor.values().stream().anyMatch(listed -> listed.test(certificate));
  }

  boolean refuses(Credentials credentials) {
    return refuses(certificate(credentials));
  }

  /** The certificate among credentials, or null for others. */
  public static @Nullable X509Certificate certificate(Credentials credentials) {
    return credentials instanceof Credentials.Certificate shown ? shown.certificate() : null;
  }
}
