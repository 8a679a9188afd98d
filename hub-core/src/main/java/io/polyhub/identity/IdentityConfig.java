package io.polyhub.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in, and how it is known who they are.
 *
 * @param jwt which tokens to trust, or null to trust none
 * @param certificates how client certificates become identities, or null to accept none
 * @param anonymous what clients may do who show nothing, or whose token names no user; null to
 *     refuse them
 * @param keyFiles where keys of {@code jwt} lie in files, which are followed; or null
 */
public record IdentityConfig(
    @Nullable JwtConfig jwt,
    @Nullable CertificateConfig certificates,
    @Nullable List<Grant> anonymous,
    @Nullable KeyFiles keyFiles) {

  /** No authentication: everyone is anonymous and may do everything. */
  public static final IdentityConfig OPEN = new IdentityConfig(null, null, null);

  public IdentityConfig {
    anonymous = anonymous == null ? null : List.copyOf(anonymous);
  }

  /** Settings whose keys lie in no files. */
  public IdentityConfig(
      @Nullable JwtConfig jwt,
      @Nullable CertificateConfig certificates,
      @Nullable List<Grant> anonymous) {
    this(jwt, certificates, anonymous, null);
  }

  /** Whether there is no authentication at all, so that the hub must listen on loopback only. */
  public boolean isOpen() {
    return jwt == null && certificates == null && anonymous == null;
  }
}
