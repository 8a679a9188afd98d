package io.polyhub.broker.nats;

import io.polyhub.broker.BrokerContract;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.nats.stream.StreamLimits;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.Rules;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

class NatsBrokerTest {

  @Nested
  class AtMostOnce implements BrokerContract {
    @Override
    public BrokerProbe open() throws Exception {
      return openOnNats(Guarantee.AT_MOST_ONCE);
    }

    @Override
    public boolean boundsBytesOfEachChannel() {
      return false;
    }
  }

  @Nested
  class AtLeastOnce implements BrokerContract {
    @Override
    public BrokerProbe open() throws Exception {
      return openOnNats(Guarantee.AT_LEAST_ONCE);
    }

    @Override
    public boolean boundsBytesOfEachChannel() {
      return false;
    }
  }

  private static BrokerProbe openOnNats(Guarantee guarantee) throws Exception {
    NatsConfig config = NatsProbe.config(NatsServers.shared().uris());
    StreamLimits limits =
        config
            .streamLimits()
            .withKeyWindow(Duration.ofMinutes(2).dividedBy(NatsProbe.TIMES_FASTER));
    Rules rules =
        BrokerProbe.rules(guarantee, Duration.ofMinutes(1).dividedBy(NatsProbe.TIMES_FASTER));
    NatsProbe started = NatsProbe.ready(config.with(limits), rules);
    started.watch("#");
    return started.probe().afterClose(() -> NatsProbe.removeStreams(config));
  }
}
