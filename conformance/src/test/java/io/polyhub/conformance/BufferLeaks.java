package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/** Listens to what Netty's leak detector reports. */
final class BufferLeaks extends AppenderBase<ILoggingEvent> {

  private static final String BAIT = "let go on purpose, to see that the detector works";

  private static final AtomicInteger BAITS = new AtomicInteger();

  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);

  private BufferLeaks() {}

  /** From now on reports come here, and nowhere else. */
  static BufferLeaks watch() {
    BufferLeaks leaks = new BufferLeaks();
    leaks.start();
    leaks.log.addAppender(leaks);
    leaks.log.setAdditive(false);
    return leaks;
  }

  @Override
  protected void append(ILoggingEvent event) {
    reports.add(event.getFormattedMessage());
  }

  /**
   * Loses one buffer after all others, and collects garbage until the detector has reported it; by
   * then it has looked at the others.
   */
  void assertNone() {
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    lose();
    Await.until(
        () -> "the detector reported " + reports,
        () -> {
          System.gc();
          PooledByteBufAllocator.DEFAULT.buffer().release();
          return reports.stream().anyMatch(report -> report.contains(BAIT));
        });
    log.detachAppender(this);
    log.setAdditive(true);
    assertThat(reports).allMatch(report -> report.contains(BAIT));
  }

  @SuppressWarnings("CheckReturnValue")
  private static void lose() {
    ByteBuf lost = PooledByteBufAllocator.DEFAULT.buffer();
    // The detector reports what looks alike once.
    lost.touch(BAIT + " " + BAITS.incrementAndGet());
  }
}
