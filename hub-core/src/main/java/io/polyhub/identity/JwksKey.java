package io.polyhub.identity;

import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * A published key.
 *
 * @param id the {@code kid} that tokens name it by, or null
 * @param algorithm the only {@code alg} that it is for, or null for any that fits it
 * @param key the key
 */
record JwksKey(@Nullable String id, @Nullable String algorithm, PublicKey key) {}
