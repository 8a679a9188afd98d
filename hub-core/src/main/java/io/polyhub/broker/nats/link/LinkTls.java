package io.polyhub.broker.nats.link;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What this node needs for TLS with NATS, in PEM files.
 *
 * @param authorities whom to trust, or null for those that the JVM trusts
 * @param certificate this node's own certificate and the intermediate ones, or null for none
 * @param privateKey its key, not encrypted; with a certificate
 */
public record LinkTls(
    @Nullable Path authorities, @Nullable Path certificate, @Nullable Path privateKey) {
  public LinkTls {
    ConfigChecks.require(
        (certificate == null) == (privateKey == null),
        "tls",
        "one of certificate and privateKey",
        "both or none");
  }
}
