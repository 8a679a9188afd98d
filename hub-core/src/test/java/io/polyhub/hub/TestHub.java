package io.polyhub.hub;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.embedded.EmbeddedBroker;
import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rules;
import io.polyhub.channel.Verb;
import io.polyhub.hub.session.HubNode;
import io.polyhub.identity.Authenticator;
import io.polyhub.identity.ChannelPass;
import io.polyhub.identity.Credentials;
import io.polyhub.identity.Identity;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A real hub over a real broker in memory, for tests of everything that stands on it.
 *
 * <p>Without settings everyone is anonymous and may do everything. Channels under {@code amo/} are
 * at-most-once without history, those under {@code memo/} at-most-once with history, {@code quiet/}
 * without presence; {@code slow/disconnect/}, {@code slow/oldest/}, {@code slow/newest/}, {@code
 * slow/latest/} have the overflow policies; all others are at-least-once with history, presence and
 * join and leave.
 */
public final class TestHub implements AutoCloseable {

  private static final Set<Verb> ALL = EnumSet.allOf(Verb.class);
  private static final Rule.Retention KEEP =
      new Rule.Retention(10_000, 64L * 1024 * 1024, Duration.ofDays(1));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final EmbeddedBroker broker;
  private final FaultyBroker faulty;
  private final HubNode hub;

  private TestHub(Settings settings) {
    broker = EmbeddedBroker.open(settings.broker, registry, settings.clock);
    faulty = new FaultyBroker(broker, broker.nodes());
    hub =
        HubNode.start(
            faulty,
            settings.rules,
            settings.limits,
            settings.authenticator,
            registry,
            settings.clock);
  }

  /** Starts a hub in which everyone may do everything. */
  public static TestHub start() {
    return new Settings().start();
  }

  /** Begins with the standard settings. */
  public static Settings with() {
    return new Settings();
  }

  public HubNode hub() {
    return hub;
  }

  public EmbeddedBroker broker() {
    return broker;
  }

  /** Lets the hub know that the live feed of these channels may have had holes. */
  public void gap(ChannelFilter filter) {
    faulty.gap(filter);
  }

  public SimpleMeterRegistry registry() {
    return registry;
  }

  @Override
  public void close() {
    hub.close();
    broker.close();
  }

  /** The rules of the standard settings. */
  public static List<Rule> rules() {
    return List.of(
        rule(
            "amo",
            "amo/#",
            Guarantee.AT_MOST_ONCE,
            Rule.Retention.NONE,
            OverflowPolicy.DROP_OLDEST),
        rule("memo", "memo/#", Guarantee.AT_MOST_ONCE, KEEP, OverflowPolicy.CATCH_UP),
        new Rule(
            "quiet",
            List.of(ChannelFilter.of("quiet/#")),
            Guarantee.AT_LEAST_ONCE,
            KEEP,
            false,
            false,
            OverflowPolicy.CATCH_UP,
            null,
            65_536,
            0,
            ALL,
            ALL),
        slow("disconnect", OverflowPolicy.DISCONNECT),
        slow("oldest", OverflowPolicy.DROP_OLDEST),
        slow("newest", OverflowPolicy.DROP_NEWEST),
        slow("latest", OverflowPolicy.LATEST),
        rule("all", "#", Guarantee.AT_LEAST_ONCE, KEEP, OverflowPolicy.CATCH_UP),
        rule("dollar", "$test/#", Guarantee.AT_LEAST_ONCE, KEEP, OverflowPolicy.CATCH_UP));
  }

  private static Rule slow(String name, OverflowPolicy policy) {
    return rule(name, "slow/" + name + "/#", Guarantee.AT_LEAST_ONCE, KEEP, policy);
  }

  /** A rule that is open to everyone, with presence, join and leave. */
  public static Rule rule(
      String name,
      String filter,
      Guarantee guarantee,
      Rule.Retention history,
      OverflowPolicy overflow) {
    return new Rule(
        name,
        List.of(ChannelFilter.of(filter)),
        guarantee,
        history,
        true,
        true,
        overflow,
        null,
        65_536,
        0,
        ALL,
        ALL);
  }

  /** What a test hub is started with. */
  public static final class Settings {

    private Rules rules = Rules.of(TestHub.rules());
    private Limits limits = Limits.STANDARD;
    private Authenticator authenticator = new Anyone();
    private InstantSource clock = InstantSource.system();
    private EmbeddedConfig broker = EmbeddedConfig.inMemory();

    private Settings() {}

    public Settings rules(List<Rule> value) {
      rules = Rules.of(value);
      return this;
    }

    public Settings limits(Limits value) {
      limits = value;
      return this;
    }

    public Settings authenticator(Authenticator value) {
      authenticator = value;
      return this;
    }

    public Settings clock(InstantSource value) {
      clock = value;
      return this;
    }

    public Settings broker(EmbeddedConfig value) {
      broker = value;
      return this;
    }

    public TestHub start() {
      return new TestHub(this);
    }
  }

  /** Admits everyone as nobody in particular. */
  public static Authenticator anyone() {
    return new Anyone();
  }

  /** Knows nobody by name. */
  public static final class Anyone implements Authenticator {

    @Override
    public boolean admitsFrom(@Nullable SocketAddress client) {
      return true;
    }

    @Override
    public CompletionStage<Verification> authenticate(Credentials credentials) {
      return CompletableFuture.completedFuture(
          new Verification.Verified(new Identity("", List.of(), null, null, List.of())));
    }

    @Override
    public CompletionStage<ChannelVerification> authenticateChannel(
        String jwt, String user, String channel) {
      return CompletableFuture.completedFuture(
          new ChannelVerification.Verified(new ChannelPass(channel, null, null)));
    }
  }
}
