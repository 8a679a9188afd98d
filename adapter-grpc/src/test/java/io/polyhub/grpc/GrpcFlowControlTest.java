package io.polyhub.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.polyhub.hub.Limits;
import io.polyhub.hub.LocalClient;
import io.polyhub.hub.Outcome;
import io.polyhub.hub.PublishRequest;
import io.polyhub.hub.Published;
import io.polyhub.hub.TestHub;
import io.polyhub.proto.v1.CloseReason;
import io.polyhub.proto.v1.Goodbye;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.MessageSource;
import io.polyhub.proto.v1.ServerFrame;
import io.polyhub.proto.v1.Subscribe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Neither side outruns the other: what a client does not read or the hub cannot take waits there.
 */
class GrpcFlowControlTest {

  private static final String ONE_KB = "x".repeat(1_024);
  private static final String BLOCK = "x".repeat(30_000);

  @Test
  void a_client_that_does_not_read_fills_its_outbox_and_no_other_and_catches_up_later()
      throws Exception {
    try (TestDoor door = TestDoor.start()) {
      StreamClient lazy = lazy(door);
      lazy.subscribe(Subscribe.newBuilder().setFilter("much"));
      lazy.read(1);
      assertThat(lazy.next().hasSubscribed()).isTrue();
      StreamClient brisk = door.welcomed();
      brisk.subscribed("much");
      StreamClient publisher = door.welcomed();

      // 30 MB, of which the lazy client reads nothing.
      for (int i = 0; i < 1_000; i++) {
        publisher.publish("much", i + BLOCK);
        assertThat(publisher.next().hasPublished()).isTrue();
        assertThat(brisk.payload()).startsWith(i + "x");
      }
      assertThat(lazy.waiting()).isZero();
      assertThat(door.gauge("polyhub.grpc.streams")).isEqualTo(3);
      assertThat(door.hub().registry().get("polyhub.outbox.bytes").gauge().value())
          .isLessThanOrEqualTo(Limits.STANDARD.outboxBytes());

      lazy.read(Integer.MAX_VALUE);
      for (int i = 0; i < 1_000; i++) {
        assertThat(lazy.payload()).startsWith(i + "x");
      }
    }
  }

  @Test
  void what_is_written_for_a_client_that_does_not_read_stays_within_the_limit() throws Exception {
    try (TestDoor door = TestDoor.start()) {
      StreamClient lazy = lazy(door);
      lazy.subscribe(Subscribe.newBuilder().setFilter("amo/#"));
      lazy.read(1);
      assertThat(lazy.next().hasSubscribed()).isTrue();
      double before = door.count("polyhub.messages.out");
      StreamClient publisher = door.welcomed();
      for (int i = 0; i < 500; i++) {
        publisher.published("amo/much", BLOCK);
      }

      // What HTTP/2 lets through without being read, and what may wait to be written.
      double written = door.count("polyhub.messages.out") - before - 500 - 1;
      int window = 1024 * 1024;
      assertThat(written * BLOCK.length())
          .isLessThan(window + GrpcConfig.STANDARD.limits().writeBytes() + 2.0 * BLOCK.length());
      lazy.read(Integer.MAX_VALUE);
    }
  }

  @Test
  void a_client_is_not_asked_for_frames_while_it_does_not_read() throws Exception {
    try (TestDoor door = TestDoor.start()) {
      StreamClient lazy = lazy(door);
      // Answers fill the way back, until no further frame is asked for.
      lazy.subscribe(Subscribe.newBuilder().setFilter("fill"));
      lazy.read(1);
      assertThat(lazy.next().hasSubscribed()).isTrue();
      StreamClient publisher = door.welcomed();
      for (int i = 0; i < 200; i++) {
        publisher.published("fill", BLOCK);
      }

      double before = door.count("polyhub.messages.in");
      for (int i = 0; i < 5_000; i++) {
        lazy.publish("elsewhere", ONE_KB);
      }
      publisher.published("fill", "the end");
      assertThat(door.count("polyhub.messages.in") - before)
          .isLessThanOrEqualTo(GrpcConfig.STANDARD.limits().framesAhead() + 1.0);
      assertThat(lazy.requests().isReady()).as("the client's own way is full").isFalse();

      lazy.read(Integer.MAX_VALUE);
      TestDoor.await(() -> door.count("polyhub.messages.in") - before == 5_000 + 1);
    }
  }

  @Test
  void a_publisher_that_does_not_wait_is_held_to_what_may_be_unacknowledged() throws Exception {
    Limits standard = Limits.STANDARD;
    Limits tight =
        new Limits(
            standard.sessions(),
            standard.sessionsPerUser(),
            standard.subscriptionsPerSession(),
            1_000_000,
            1_000_000,
            1_000_000,
            2,
            standard.inFlight(),
            standard.outboxBytes(),
            standard.laneInbox(),
            standard.historyPage(),
            standard.historyPageBytes(),
            standard.lastValues(),
            standard.members(),
            standard.headers(),
            standard.headerBytes(),
            standard.recoveryWindow(),
            standard.admitWhileCutOff());
    try (TestDoor door =
        TestDoor.start(TestHub.with().limits(tight).start(), GrpcConfig.STANDARD)) {
      StreamClient publisher = door.welcomed();
      for (int i = 0; i < 1_000; i++) {
        publisher.publish("fast", "x");
      }
      // A third frame at a time would be refused; none is, since none is asked for.
      for (int i = 0; i < 1_000; i++) {
        ServerFrame frame = publisher.next();
        assertThat(frame.hasPublished()).as("%s", frame).isTrue();
      }
    }
  }

  @Test
  void a_slow_consumer_is_sent_away_with_the_place_to_resume_from() throws Exception {
    try (TestDoor door = TestDoor.start(TestHub.start(), lingering(Duration.ofSeconds(30)))) {
      StreamClient lazy = lazy(door);
      String channel = "slow/disconnect/a";
      lazy.subscribe(Subscribe.newBuilder().setFilter(channel));
      lazy.read(1);
      assertThat(lazy.next().hasSubscribed()).isTrue();
      StreamClient publisher = door.welcomed();
      for (int i = 0; i < 300; i++) {
        publisher.publish(channel, i + BLOCK);
        assertThat(publisher.next().hasPublished()).isTrue();
      }
      TestDoor.await(() -> door.hub().hub().sessionCount() == 1);

      lazy.read(Integer.MAX_VALUE);
      int received = 0;
      ServerFrame frame = lazy.next();
      while (frame.hasMessage()) {
        received++;
        frame = lazy.next();
      }
      Goodbye goodbye = frame.getGoodbye();
      assertThat(goodbye.getReason()).isEqualTo(CloseReason.CLOSE_REASON_SLOW_CONSUMER);
      assertThat(lazy.endCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

      StreamClient again = door.welcomed();
      again.subscribed(
          Subscribe.newBuilder()
              .setFilter(goodbye.getResumePoints(0).getFilter())
              .setSince(goodbye.getResumePoints(0).getCursor()));
      for (int i = received; i < 300; i++) {
        assertThat(again.payload()).startsWith(i + "x");
      }
    }
  }

  @Test
  void a_client_that_never_reads_its_goodbye_is_broken_off() throws Exception {
    try (TestDoor door = TestDoor.start(TestHub.start(), lingering(Duration.ofMillis(200)))) {
      StreamClient lazy = lazy(door);
      String channel = "slow/disconnect/a";
      lazy.subscribe(Subscribe.newBuilder().setFilter(channel));
      lazy.read(1);
      assertThat(lazy.next().hasSubscribed()).isTrue();
      StreamClient publisher = door.welcomed();
      for (int i = 0; i < 300; i++) {
        publisher.publish(channel, i + BLOCK);
        assertThat(publisher.next().hasPublished()).isTrue();
      }

      TestDoor.await(() -> door.gauge("polyhub.grpc.streams") == 1);
      assertThat(door.count("polyhub.grpc.aborts")).isEqualTo(1);
      publisher.published("still/here", "x");
      lazy.read(Integer.MAX_VALUE);
      assertThat(lazy.end().isOk()).isFalse();
    }
  }

  @Test
  void a_watcher_that_does_not_read_who_comes_and_goes_is_sent_away() throws Exception {
    try (TestDoor door = TestDoor.start(TestHub.start(), lingering(Duration.ofMillis(200)))) {
      StreamClient lazy = lazy(door);
      lazy.subscribe(Subscribe.newBuilder().setFilter("fill"));
      lazy.subscribe(Subscribe.newBuilder().setFilter("lobby").setPresenceEvents(true));
      lazy.read(3);
      for (int i = 0; i < 3; i++) {
        assertThat(lazy.next().hasMessage()).isFalse();
      }
      StreamClient publisher = door.welcomed();
      for (int i = 0; i < 200; i++) {
        publisher.published("fill", BLOCK);
      }

      List<StreamClient> crowd = new ArrayList<>();
      int events = GrpcConfig.STANDARD.limits().eventsWaiting();
      io.grpc.ManagedChannel channel = door.channel();
      for (int i = 0; i <= events; i++) {
        StreamClient one = new StreamClient(HubGrpc.newStub(channel), true);
        one.hello("");
        assertThat(one.next().hasWelcome()).isTrue();
        one.subscribed("lobby");
        crowd.add(one);
      }
      TestDoor.await(() -> door.hub().hub().sessionCount() == crowd.size() + 1);
      assertThat(
              door.hub()
                  .registry()
                  .get("polyhub.closes")
                  .tag("reason", "slow-consumer")
                  .counter()
                  .count())
          .isEqualTo(1);
      lazy.read(Integer.MAX_VALUE);
      assertThat(lazy.end().isOk()).isFalse();
    }
  }

  @Test
  void large_frames_that_are_unanswered_hold_back_further_ones() {
    FrameBudget budget = new FrameBudget(100, 1_000, 8);
    assertThat(budget.take()).isEqualTo(8);
    assertThat(budget.take()).isZero();
    for (int i = 0; i < 4; i++) {
      budget.arrived(300);
    }
    assertThat(budget.take()).as("1,200 bytes wait").isZero();
    budget.answered(300);
    assertThat(budget.take()).isEqualTo(4);
    assertThat(budget.isSettled()).isFalse();
  }

  @Test
  void frames_asked_for_and_unanswered_are_never_more_than_the_limit() {
    FrameBudget budget = new FrameBudget(10, 1_000_000, 8);
    int asked = budget.take();
    for (int i = 0; i < asked; i++) {
      budget.arrived(1);
    }
    asked += budget.take();
    assertThat(asked).isEqualTo(10);
    assertThat(budget.take()).isZero();
    budget.answered(1);
    asked = 0;
    while (budget.take() > 0) {
      asked++;
    }
    assertThat(asked).as("one was answered").isLessThanOrEqualTo(1);
  }

  @Test
  void a_publication_that_is_sent_to_many_is_encoded_once() throws Exception {
    try (TestHub hub = TestHub.start();
        LocalClient one = LocalClient.admitted(hub.hub());
        LocalClient two = LocalClient.admitted(hub.hub())) {
      one.subscribe("shared/#");
      two.subscribe("shared/x");
      String cursor = GrpcReplies.cursor(LocalClient.done(publish(one, "shared/x")).position());
      one.texts(1);
      two.texts(1);

      EncodedFrame first = encode(one, 300);
      EncodedFrame second = encode(two, Long.MAX_VALUE);

      assertThat(first.tail()).isSameAs(second.tail());
      for (EncodedFrame frame : List.of(first, second)) {
        ByteString bytes =
            ByteString.copyFrom(frame.head()).concat(ByteString.copyFrom(frame.tail()));
        Message message = ServerFrame.parseFrom(bytes).getMessage();
        assertThat(message.getSource()).isEqualTo(MessageSource.MESSAGE_SOURCE_LIVE);
        assertThat(message.getCursor()).isEqualTo(cursor);
        assertThat(message.getPublication().getChannel()).isEqualTo("shared/x");
        assertThat(bytes.size())
            .as("as small as by the generated code")
            .isEqualTo(ServerFrame.newBuilder().setMessage(message).build().getSerializedSize());
      }
    }
  }

  private static Outcome<Published> publish(LocalClient client, String channel) {
    return client.ask(session -> session.publish(PublishRequest.of(channel, new byte[] {1, 2, 3})));
  }

  private static EncodedFrame encode(LocalClient client, long id) {
    LocalClient.Received received = client.received().getFirst();
    return MessageEncoder.message(
        id, received.subscription(), received.publication(), received.source());
  }

  /** A welcomed client that reads only what it is told to. */
  private static StreamClient lazy(TestDoor door) throws InterruptedException {
    StreamClient lazy = new StreamClient(HubGrpc.newStub(door.channel()), false);
    lazy.read(1);
    lazy.hello("");
    assertThat(lazy.next().hasWelcome()).isTrue();
    return lazy;
  }

  private static GrpcConfig lingering(Duration time) {
    GrpcConfig.Timeouts standard = GrpcConfig.STANDARD.timeouts();
    return GrpcConfig.STANDARD.withTimeouts(
        new GrpcConfig.Timeouts(
            standard.handshake(),
            standard.keepAlive(),
            standard.keepAliveAnswer(),
            standard.clientKeepAlive(),
            standard.connectionIdle(),
            null,
            standard.connectionAgeGrace(),
            time));
  }
}
