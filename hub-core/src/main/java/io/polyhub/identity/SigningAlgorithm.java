package io.polyhub.identity;

import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.jws.JsonWebSignatureAlgorithm;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The signature algorithms that are accepted (RFC 7518 section 3, RFC 8037), each with the one kind
 * of key that it may be used with. So {@code none} has no name here, and a public key never serves
 * as a shared secret.
 */
enum SigningAlgorithm {
  HS256("HS256", Family.SECRET, null),
  HS384("HS384", Family.SECRET, null),
  HS512("HS512", Family.SECRET, null),
  RS256("RS256", Family.RSA, null),
  RS384("RS384", Family.RSA, null),
  RS512("RS512", Family.RSA, null),
  PS256("PS256", Family.RSA, null),
  PS384("PS384", Family.RSA, null),
  PS512("PS512", Family.RSA, null),
  ES256("ES256", Family.EC, EllipticCurves.P_256),
  ES384("ES384", Family.EC, EllipticCurves.P_384),
  ES512("ES512", Family.EC, EllipticCurves.P_521),
  EDDSA("EdDSA", Family.EDWARDS, null);

  private enum Family {
    SECRET,
    RSA,
    EC,
    EDWARDS
  }

  private static final ProviderContext PROVIDERS = new ProviderContext();

  private final String text;
  private final Family family;
  private final @Nullable String curve;

  SigningAlgorithm(String text, Family family, @Nullable String curve) {
    this.text = text;
    this.family = family;
    this.curve = curve;
  }

  /** Returns the algorithm of that name in a token's header. */
  static Optional<SigningAlgorithm> of(String text) {
    for (SigningAlgorithm algorithm : values()) {
      if (algorithm.text.equals(text)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  /** Returns the first algorithm that is for keys of this kind. */
  static Optional<SigningAlgorithm> forKey(Key key) {
    for (SigningAlgorithm algorithm : values()) {
      if (algorithm.fits(key)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  static boolean anyFits(Key key) {
    return forKey(key).isPresent();
  }

  String text() {
    return text;
  }

  /** Tells whether the algorithm is for keys of this kind. */
  boolean fits(Key key) {
    return switch (family) {
      case SECRET -> key instanceof SecretKey;
      case RSA -> key instanceof RSAKey;
      case EC ->
          key instanceof ECKey ec
              && Objects.equals(curve, EllipticCurves.getName(ec.getParams().getCurve()));
      case EDWARDS -> key instanceof EdECKey;
    };
  }

  /** Tells whether the signature is the key's over these bytes. Never throws. */
  boolean verify(Key key, byte[] signed, byte[] signature) {
    if (!fits(key)) {
      return false;
    }
    try {
      JsonWebSignatureAlgorithm algorithm = implementation();
      if (family != Family.SECRET) {
        // Refuses RSA keys that are too small. Short shared secrets are told of at start instead.
        algorithm.validateVerificationKey(key);
      }
      return algorithm.verifySignature(signature, key, signed, PROVIDERS);
    } catch (JoseException notASignature) {
      return false;
    }
  }

  /** Signs these bytes. */
  byte[] sign(Key key, byte[] bytes) throws JoseException {
    JsonWebSignatureAlgorithm algorithm = implementation();
    return algorithm.sign(algorithm.prepareForSign(key, PROVIDERS), bytes);
  }

  private JsonWebSignatureAlgorithm implementation() throws JoseException {
    return AlgorithmFactoryFactory.getInstance().getJwsAlgorithmFactory().getAlgorithm(text);
  }
}
