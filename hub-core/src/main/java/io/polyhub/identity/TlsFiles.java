package io.polyhub.identity;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a door finds what it needs for TLS, in PEM files.
 *
 * @param certificateChain the server's certificate, then the intermediate ones
 * @param privateKey its key, PKCS #8, not encrypted
 * @param clientAuthorities whom to trust for client certificates, or null to ask clients for none
 */
public record TlsFiles(Path certificateChain, Path privateKey, @Nullable Path clientAuthorities) {}
