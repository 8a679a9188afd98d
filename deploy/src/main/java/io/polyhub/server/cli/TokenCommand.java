package io.polyhub.server.cli;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.ChannelName;
import io.polyhub.channel.Verb;
import io.polyhub.files.PemFile;
import io.polyhub.identity.Grant;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.TokenClaims;
import io.polyhub.identity.TokenIssuer;
import io.polyhub.server.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = {
      "Print a token for a client, signed with the first secret of the configuration, or with a"
          + " private key.",
      "The configured issuer and the first of the configured audiences stand in it."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:printed",
      "2:the command line is wrong",
      "3:the configuration is wrong, or holds no secret"
    })
final class TokenCommand implements Callable<Integer> {

  @Option(
      names = "--user",
      paramLabel = "USER",
      required = true,
      description = "Whom the token vouches for.")
  private String user = "";

  @Option(
      names = "--publish",
      paramLabel = "FILTER",
      description = "Channels to publish to. May be repeated.",
      converter = FilterConverter.class)
  private List<ChannelFilter> publish = new ArrayList<>();

  @Option(
      names = "--subscribe",
      paramLabel = "FILTER",
      description = "Channels to subscribe to. May be repeated.",
      converter = FilterConverter.class)
  private List<ChannelFilter> subscribe = new ArrayList<>();

  @Option(
      names = "--history",
      paramLabel = "FILTER",
      description = "Channels to read the history of. May be repeated.",
      converter = FilterConverter.class)
  private List<ChannelFilter> history = new ArrayList<>();

  @Option(
      names = "--presence",
      paramLabel = "FILTER",
      description = "Channels to see who is on. May be repeated.",
      converter = FilterConverter.class)
  private List<ChannelFilter> presence = new ArrayList<>();

  @Option(
      names = "--channel",
      paramLabel = "CHANNEL",
      description = "Make a token that permits one subscription alone, to this channel.")
  private @Nullable String channel;

  @Option(
      names = "--channels",
      paramLabel = "CHANNEL",
      description =
          "Channels that the client is subscribed to at once, on doors that have a way to say so."
              + " May be repeated.")
  private List<String> channels = new ArrayList<>();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "How long it is valid, such as 15m, 1h or 7d; 1h if not given.",
      converter = DurationConverter.class)
  private Duration expires = Duration.ofHours(1);

  @Option(
      names = "--info",
      paramLabel = "JSON",
      description = "What other subscribers are told about the user.")
  private @Nullable String info;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Sign with this private key (PEM, PKCS #8) instead.")
  private @Nullable Path key;

  @Option(names = "--key-id", paramLabel = "ID", description = "The key's `kid`.")
  private @Nullable String keyId;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  private final Terminal terminal;
  private final InstantSource clock;

  TokenCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() throws CommandFailure, ConfigException {
    JwtConfig jwt = config.load(terminal.environment()).config().auth().jwt();
    TokenIssuer issuer = issuer(jwt);
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    TokenClaims claims =
        TokenClaims.of(user)
            .withIssuedAt(now)
            .withExpiresAt(now.plus(expires))
            .withGrants(grants());
    if (jwt != null) {
      claims =
          claims
              .withIssuer(jwt.issuer())
              .withAudience(jwt.audiences().stream().sorted().limit(1).toList());
    }
    if (channel != null) {
      claims = claims.withChannel(named("--channel", channel));
    }
    if (!channels.isEmpty()) {
      for (String each : channels) {
        named("--channels", each);
      }
      claims = claims.withChannels(channels);
    }
    if (info != null) {
      claims = claims.withInfo(info.getBytes(StandardCharsets.UTF_8));
    }
    terminal.out().println(issuer.issue(claims));
    return ExitCode.OK;
  }

  private static String named(String option, String channel) throws CommandFailure {
    if (!ChannelName.isValid(channel)) {
      throw new CommandFailure(
          ExitCode.USAGE, option + ": " + channel + " is not the name of a channel.");
    }
    return channel;
  }

  private TokenIssuer issuer(@Nullable JwtConfig jwt) throws CommandFailure {
    if (key != null) {
      try {
        return TokenIssuer.ofPrivateKey(PemFile.privateKey(key), keyId);
      } catch (IOException | IllegalArgumentException unusable) {
        throw new CommandFailure(ExitCode.USAGE, "--key: " + unusable.getMessage() + ".");
      }
    }
    if (jwt == null || jwt.hmacSecrets().isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "No secret is configured: set auth.jwt.secretFiles (or POLYHUB_AUTH_JWT_SECRETS), or name"
              + " a private key with --key.");
    }
    return TokenIssuer.ofSecret(jwt.hmacSecrets().getFirst());
  }

  private List<Grant> grants() {
    List<Grant> grants = new ArrayList<>();
    add(grants, Verb.PUBLISH, publish);
    add(grants, Verb.SUBSCRIBE, subscribe);
    add(grants, Verb.HISTORY, history);
    add(grants, Verb.PRESENCE, presence);
    return grants;
  }

  private static void add(List<Grant> grants, Verb verb, List<ChannelFilter> filters) {
    if (!filters.isEmpty()) {
      grants.add(new Grant(filters, Set.of(verb)));
    }
  }

  /** Reads channel filters. */
  static final class FilterConverter implements ITypeConverter<ChannelFilter> {
    @Override
    public ChannelFilter convert(String text) {
      return ChannelFilter.parse(text)
          .orElseThrow(() ->
              new TypeConversionException(
                  "'" + text + "' is not a channel filter (such as rooms/+/chat or #)"));
    }
  }
}
