package io.polyhub.broker.embedded;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerContract;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.channel.Guarantee;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerDurableTest {

  @TempDir Path directory;

  @Nested
  class AtMostOnce implements BrokerContract {
    @Override
    public BrokerProbe open() {
      return openIn(EmbeddedConfig.in(directory), Guarantee.AT_MOST_ONCE);
    }
  }

  @Nested
  class AtLeastOnce implements BrokerContract {
    @Override
    public BrokerProbe open() {
      return openIn(EmbeddedConfig.in(directory), Guarantee.AT_LEAST_ONCE);
    }
  }

  /** With so little memory that nearly all is read from the store. */
  @Nested
  class AtLeastOnceFromStorage implements BrokerContract {
    @Override
    public BrokerProbe open() {
      return openIn(
          EmbeddedConfig.in(directory)
              .with(new EmbeddedConfig.Memory(1, 1, 2, 1 << 20, 10, 1 << 20)),
          Guarantee.AT_LEAST_ONCE);
    }
  }

  private static BrokerProbe openIn(EmbeddedConfig config, Guarantee guarantee) {
    TestClock clock = new TestClock();
    return new BrokerProbe(
        EmbeddedBroker.open(
            config.with(TestConfigs.UNSYNCED).with(TestConfigs.SWIFT_UPKEEP),
            new SimpleMeterRegistry(),
            clock),
        guarantee,
        clock::pass);
  }
}
