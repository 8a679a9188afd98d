package io.polyhub.hub.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.LocalClient;
import io.polyhub.hub.TestHub;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a lane does with publications that came while it delivered others for long. */
final class LanePauseTest {

  private final TestHub test = TestHub.start();
  private final LocalClient publisher = LocalClient.admitted(test.hub());
  private final CountDownLatch delivering = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final LocalClient subscriber = LocalClient.admittedBeside(test.hub(), publisher);

  @BeforeEach
  void subscribe() {
    subscriber.subscribe("a");
    subscriber.atDelivery(() -> {
      delivering.countDown();
      try {
        go.await(20, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    });
  }

  @AfterEach
  void close() {
    test.close();
  }

  private double pauses() {
    return test.registry().counter("polyhub.lane.pauses").count();
  }

  /** Publishes one that takes long to be delivered, and so many more meanwhile. */
  private List<String> publishDuringDelivery(int count) throws InterruptedException {
    publisher.publish("a", "0");
    assertThat(delivering.await(20, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i <= count; i++) {
      publisher.publish("a", Integer.toString(i));
    }
    LockSupport.parkNanos(2 * HubLane.SHORT_TURN.toNanos());
    go.countDown();
    return IntStream.rangeClosed(0, count).mapToObj(Integer::toString).toList();
  }

  @Test
  void few_wait_for_more_and_then_go_out_together() throws InterruptedException {
    List<String> all = publishDuringDelivery(HubLane.ENTRIES_ENOUGH - 1);
    int before = subscriber.flushes();
    assertThat(subscriber.texts(all.size())).isEqualTo(all);
    assertThat(pauses()).isEqualTo(1);
    assertThat(subscriber.flushes() - before).isLessThanOrEqualTo(2);
  }

  @Test
  void enough_wait_for_nothing() throws InterruptedException {
    List<String> all = publishDuringDelivery(HubLane.ENTRIES_ENOUGH);
    assertThat(subscriber.texts(all.size())).isEqualTo(all);
    assertThat(pauses()).isZero();
  }
}
