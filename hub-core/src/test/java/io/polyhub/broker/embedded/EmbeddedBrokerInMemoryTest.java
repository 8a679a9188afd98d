package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerContract;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import org.junit.jupiter.api.Nested;

class EmbeddedBrokerInMemoryTest {

  @Nested
  class AtMostOnce implements BrokerContract {
    @Override
    public BrokerProbe open() {
      return openInMemory(Guarantee.AT_MOST_ONCE);
    }
  }

  @Nested
  class AtLeastOnce implements BrokerContract {
    @Override
    public BrokerProbe open() {
      return openInMemory(Guarantee.AT_LEAST_ONCE);
    }
  }

  private static BrokerProbe openInMemory(Guarantee guarantee) {
    TestClock clock = new TestClock();
    EmbeddedConfig config = EmbeddedConfig.inMemory().with(TestConfigs.SWIFT_UPKEEP);
    return new BrokerProbe(
        EmbeddedBroker.open(config, new SimpleMeterRegistry(), clock), guarantee, clock::pass);
  }
}
