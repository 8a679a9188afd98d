package io.polyhub.server.cli;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.polyhub.files.CertifiedKey;
import io.polyhub.files.UnusableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the commands that talk to a running server find it and say who they are. */
final class RemoteOptions {

  static final String STANDARD_URL = "localhost:9090";

  private static final int MAX_MESSAGE_BYTES = 80 * 1024 * 1024;
  private static final int KEEP_ALIVE_SECONDS = 30;

  @Option(
      names = {"-u", "--url"},
      paramLabel = "URL",
      description =
          "The server's gRPC door: HOST:PORT, grpc://HOST:PORT or grpcs://HOST:PORT (TLS). Else"
              + " POLYHUB_URL, else "
              + STANDARD_URL
              + ".")
  private @Nullable String url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The token to show. Else POLYHUB_TOKEN, which other users do not see in `ps`.")
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file that holds the token to show.")
  private @Nullable Path tokenFile;

  @Option(names = "--tls", description = "Use TLS.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Trust these authorities (PEM) instead of the system's. Implies --tls.")
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "Show this client certificate (PEM). Implies --tls; needs --key.")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "Its private key (PEM).")
  private @Nullable Path key;

  /** Where the server is, as messages name it. */
  String target(Map<String, String> environment) {
    String chosen = chosenUrl(environment);
    return chosen.contains("://") ? chosen.substring(chosen.indexOf("://") + 3) : chosen;
  }

  private String chosenUrl(Map<String, String> environment) {
    return url != null ? url : environment.getOrDefault("POLYHUB_URL", STANDARD_URL);
  }

  /** Makes a channel to the server; connects when it is first used. */
  ManagedChannel open(Map<String, String> environment) throws CommandFailure {
    String chosen = chosenUrl(environment);
    boolean secure = tls || authorities != null || certificate != null;
    if (chosen.startsWith("grpcs://")) {
      secure = true;
    } else if (chosen.contains("://") && !chosen.startsWith("grpc://")) {
      throw new CommandFailure(
          ExitCode.USAGE, "--url: " + chosen + " (expected: HOST:PORT, grpc:// or grpcs://).");
    }
    String target = target(environment);
    if (!target.matches("(\\[[0-9a-fA-F:.]+]|[^:/?#]+):[0-9]{1,5}")) {
      throw new CommandFailure(ExitCode.USAGE, "--url: " + chosen + " (expected: HOST:PORT).");
    }
    return Grpc.newChannelBuilder("dns:///" + target, credentials(secure))
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .disableRetry()
        .build();
  }

  private ChannelCredentials credentials(boolean secure) throws CommandFailure {
    if (!secure) {
      return InsecureChannelCredentials.create();
    }
    if ((certificate == null) != (key == null)) {
      throw new CommandFailure(ExitCode.USAGE, "--cert and --key belong together.");
    }
    try {
      TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
      if (authorities != null) {
        credentials.trustManager(authorities.toFile());
      }
      if (certificate != null && key != null) {
        credentials.keyManager(CertifiedKey.load(certificate, key, Instant.now()).managers());
      }
      return credentials.build();
    } catch (UnusableFileException unusable) {
      throw new CommandFailure(ExitCode.USAGE, "--cert, --key: " + unusable.getMessage() + ".");
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "The files of --ca, --cert and --key cannot be read as PEM.");
    }
  }

  /** What says who the caller is, for each call. */
  Metadata metadata(Map<String, String> environment) throws CommandFailure {
    String shown = token;
    if (shown == null && tokenFile != null) {
      try {
        shown = Files.readString(tokenFile, StandardCharsets.US_ASCII).strip();
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.USAGE, "The file of --token-file cannot be read.");
      }
    }
    if (shown == null) {
      shown = environment.get("POLYHUB_TOKEN");
    }
    Metadata metadata = new Metadata();
    if (shown != null && !shown.isBlank()) {
      metadata.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Bearer " + shown.strip());
    }
    return metadata;
  }
}
