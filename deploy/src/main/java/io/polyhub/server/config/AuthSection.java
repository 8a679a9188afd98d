package io.polyhub.server.config;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Verb;
import io.polyhub.identity.CertificateConfig;
import io.polyhub.identity.CertificateConfig.UserFrom;
import io.polyhub.identity.ClaimMapping;
import io.polyhub.identity.ClaimPath;
import io.polyhub.identity.Grant;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.JwtConfig.Jwks;
import io.polyhub.identity.KeyFiles;
import io.polyhub.identity.PemKeys;
import java.net.URI;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads who is let in. */
final class AuthSection {

  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration LEAST_LIFETIME = Duration.ofSeconds(1);
  private static final Duration MAX_LIFETIME = Duration.ofDays(3_650);
  private static final Duration MAX_AGE = Duration.ofDays(7);
  private static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);
  private static final int MAX_JWKS_BYTES = 16 * 1024 * 1024;

  private AuthSection() {}

  static IdentityConfig read(Section section) {
    List<String> written = new ArrayList<>();
    List<Path> secretFiles = new ArrayList<>();
    List<Path> publicKeyFiles = new ArrayList<>();
    JwtConfig jwt = jwt(section.section("jwt"), section, written, secretFiles, publicKeyFiles);
    CertificateConfig certificates = certificates(section.section("certificates"));
    List<Grant> anonymous = anonymous(section.section("anonymous"));
    section.end();
    KeyFiles keyFiles =
        secretFiles.isEmpty() && publicKeyFiles.isEmpty()
            ? null
            : new KeyFiles(written, secretFiles, publicKeyFiles);
    return new IdentityConfig(jwt, certificates, anonymous, keyFiles);
  }

  /**
   * Reads how tokens are verified, and notes where what stands.
   *
   * @param auth where what roles give stands
   */
  private static @Nullable JwtConfig jwt(
      Section section,
      Section auth,
      List<String> written,
      List<Path> secretFiles,
      List<Path> publicKeyFiles) {
    written.addAll(section.readList("secrets", List.of(), Kind.hidden()));
    List<String> secrets = new ArrayList<>(written);
    secretFiles.addAll(section.readList("secretFiles", List.of(), Kind.file()));
    for (Path file : secretFiles) {
      String secret = Secrets.content(section, "secretFiles", file).strip();
      if (secret.isEmpty()) {
        section.problem("secretFiles", "found nothing in " + file, "a secret");
      } else {
        secrets.add(secret);
      }
    }
    List<PublicKey> publicKeys = new ArrayList<>();
    publicKeyFiles.addAll(section.readList("publicKeyFiles", List.of(), Kind.file()));
    for (Path file : publicKeyFiles) {
      try {
        publicKeys.addAll(PemKeys.publicKeys(Secrets.content(section, "publicKeyFiles", file)));
      } catch (IllegalArgumentException notKeys) {
        section.problem(
            "publicKeyFiles", "found no public key in " + file, "PEM of RSA, EC or EdDSA keys");
      }
    }
    Section jwksSection = section.section("jwks");
    URI url = jwksSection.readOptional("url", Kind.uri());
    boolean discovery = jwksSection.read("discovery", false, Kind.flag());
    String issuer = section.readOptional("issuer", Kind.text());
    Set<String> audiences = Set.copyOf(section.readList("audiences", List.of(), Kind.text()));
    Duration leeway =
        section.read(
            "leeway",
            JwtConfig.STANDARD_LEEWAY,
            Kind.duration(Duration.ZERO, JwtConfig.MAX_LEEWAY));
    Duration maxLifetime =
        section.readOptional("maxLifetime", Kind.duration(LEAST_LIFETIME, MAX_LIFETIME));
    ClaimMapping claims = claims(section.section("claims"), auth);
    section.end();
    Jwks jwks = jwks(jwksSection, url, discovery, issuer);
    if (secrets.isEmpty() && publicKeys.isEmpty() && jwks == null) {
      // Why an issuer's keys are not looked for has been told.
      if (!discovery && (issuer != null || !audiences.isEmpty())) {
        section.problem(
            issuer != null ? "issuer" : "audiences",
            "found without a key",
            "secrets, secretFiles, publicKeyFiles, jwks.url or jwks.discovery beside it");
      }
      return null;
    }
    return section.makeOptional(() ->
        new JwtConfig(secrets, publicKeys, jwks, issuer, audiences, leeway, maxLifetime, claims));
  }

  private static ClaimMapping claims(Section section, Section auth) {
    ClaimPath user = section.read("user", ClaimMapping.STANDARD.user(), Kind.claimPath());
    List<ClaimPath> paths = section.readList("roles", List.of(), Kind.claimPath());
    section.end();
    Map<String, List<Grant>> grants = new LinkedHashMap<>();
    auth.namedSections("roles").forEach((name, items) -> grants.put(name, grants(items)));
    if (!paths.isEmpty() && grants.isEmpty()) {
      section.problem("roles", "found, but no role gives anything", "auth.roles beside auth.jwt");
    } else if (paths.isEmpty() && !grants.isEmpty()) {
      auth.problem("roles", "found, but no claim names roles", "auth.jwt.claims.roles");
    }
    return section.make(() -> new ClaimMapping(user, paths, grants), ClaimMapping.STANDARD);
  }

  private static @Nullable Jwks jwks(
      Section section, @Nullable URI url, boolean discovery, @Nullable String issuer) {
    Jwks standard = Jwks.at(URI.create("https://localhost"));
    Duration timeout =
        section.read("timeout", standard.timeout(), Kind.duration(LEAST, MAX_TIMEOUT));
    Duration maxAge = section.read("maxAge", standard.maxAge(), Kind.duration(LEAST, MAX_AGE));
    Duration minInterval =
        section.read("minInterval", standard.minInterval(), Kind.duration(Duration.ZERO, MAX_AGE));
    int maxBytes = section.read("maxBytes", standard.maxBytes(), Kind.intBytes(1, MAX_JWKS_BYTES));
    Duration keepWhenEmpty =
        section.read(
            "keepWhenEmpty", standard.keepWhenEmpty(), Kind.duration(Duration.ZERO, MAX_AGE));
    section.end();
    if (!discovery) {
      return url == null
          ? null
          : section.makeOptional(
              () -> new Jwks(url, null, timeout, maxAge, minInterval, maxBytes, keepWhenEmpty));
    }
    if (url != null || issuer == null) {
      section.problem(
          "discovery",
          url != null ? "found beside url" : "found without an issuer",
          "auth.jwt.issuer beside it, and no url");
      return null;
    }
    return section.makeOptional(() ->
        new Jwks(
            Jwks.discoveryAddress(issuer),
            issuer,
            timeout,
            maxAge,
            minInterval,
            maxBytes,
            keepWhenEmpty));
  }

  private static @Nullable CertificateConfig certificates(Section section) {
    boolean enabled = section.read("enabled", false, Kind.flag());
    UserFrom userFrom = section.read("userFrom", UserFrom.COMMON_NAME, Kind.choice(UserFrom.class));
    List<Grant> grants = grants(section);
    section.end();
    return enabled ? new CertificateConfig(userFrom, grants) : null;
  }

  private static @Nullable List<Grant> anonymous(Section section) {
    boolean enabled = section.read("enabled", false, Kind.flag());
    List<Grant> grants = grants(section);
    section.end();
    return enabled ? grants : null;
  }

  private static List<Grant> grants(Section section) {
    return grants(section.sections("grants", "[]"));
  }

  private static List<Grant> grants(List<Section> items) {
    List<Grant> grants = new ArrayList<>();
    for (Section item : items) {
      List<ChannelFilter> filters = item.readSome("filters", ChannelFilter.of("#"), Kind.filter());
      List<Verb> verbs = item.readSome("verbs", Verb.SUBSCRIBE, Kind.choice(Verb.class));
      item.end();
      grants.add(new Grant(filters, Set.copyOf(verbs)));
    }
    return List.copyOf(grants);
  }
}
