package io.polyhub.hub.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.hub.LocalClient;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.TestHub;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a lane hears of what another one has handed to it. */
final class LaneWakeTest {

  private static final long A_WHILE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final TestHub test = TestHub.start();
  private final LocalClient publisher = LocalClient.admitted(test.hub());
  private final LocalClient subscriber = LocalClient.admittedBeside(test.hub(), publisher);
  private final List<String> before = new ArrayList<>();

  @BeforeEach
  void subscribe() {
    subscriber.subscribe("a");
  }

  @AfterEach
  void close() {
    test.close();
  }

  /**
   * Publishes so many in one task of the publisher's lane, and notes what the subscriber has a
   * while later, when the task is not over yet.
   */
  private List<String> publishInOneTask(int count) {
    publisher.run(session -> {
      for (int i = 0; i < count; i++) {
        byte[] payload = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        var _ = session.publish(PublishRequest.of("a", payload));
      }
      LockSupport.parkNanos(A_WHILE_NANOS);
      before.addAll(subscriber.texts(0));
    });
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  @Test
  void what_one_task_hands_over_is_told_once() {
    int flushes = subscriber.flushes();
    List<String> all = publishInOneTask(HubLane.ENTRIES_ENOUGH - 1);
    assertThat(before).isEmpty();
    assertThat(subscriber.texts(all.size())).isEqualTo(all);
    assertThat(subscriber.flushes() - flushes).isLessThanOrEqualTo(1);
  }

  @Test
  void enough_is_told_before_the_task_is_over() {
    List<String> all = publishInOneTask(HubLane.ENTRIES_ENOUGH);
    assertThat(before).isEqualTo(all);
  }

  @Test
  void a_task_that_comes_first_does_not_keep_it_back() {
    publisher.run(session -> {
      publisher.inBackground(() -> {
        LockSupport.parkNanos(A_WHILE_NANOS);
        before.addAll(subscriber.texts(0));
      });
      var _ = session.publish(PublishRequest.of("a", new byte[] {'x'}));
    });
    publisher.run(session -> {});
    assertThat(before).containsExactly("x");
  }
}
