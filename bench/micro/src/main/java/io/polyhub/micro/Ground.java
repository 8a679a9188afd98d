package io.polyhub.micro;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Verb;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/** A rule that is open to everyone, and a publication of a usual size. */
public final class Ground {

  /** At-least-once with history, as the standard rule is; but without presence. */
  public static final Rule RULE =
      new Rule(
          "all",
          List.of(ChannelFilter.of("#")),
          Guarantee.AT_LEAST_ONCE,
          new Rule.Retention(10_000, 64L * 1024 * 1024, Duration.ofDays(1)),
          false,
          false,
          OverflowPolicy.CATCH_UP,
          null,
          65_536,
          0,
          EnumSet.allOf(Verb.class),
          EnumSet.allOf(Verb.class));

  private static final Position PLACE = new Position("epoch", 1_234_567);

  private Ground() {}

  /** A new publication of 64 bytes of JSON. */
  public static Publication publication(String channel) {
    return Publication.on(channel, payload())
        .contentType("application/json")
        .timeMillis(1_700_000_000_000L)
        .build();
  }

  /** The same in its place, without anything that was derived from it yet. */
  public static Publication placed(Publication publication) {
    return publication.at(PLACE);
  }

  private static byte[] payload() {
    return ("{\"celsius\":21.5,\"pad\":\"" + "x".repeat(39) + "\"}")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
