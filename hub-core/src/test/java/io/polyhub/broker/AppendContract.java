package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.KEPT;
import static io.polyhub.broker.BrokerProbe.position;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Header;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Publisher;
import io.polyhub.channel.Quality;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Appending, and being told. */
public interface AppendContract extends WithBroker {

  @Test
  default void a_publication_is_told_with_the_position_that_its_append_got() throws Exception {
    try (BrokerProbe probe = open()) {
      Position position = probe.publish(KEPT, "hello");
      Publication told = probe.told().awaitPublications(1).getFirst();
      assertThat(told.position()).isEqualTo(position);
      assertThat(text(told)).isEqualTo("hello");
      assertThat(position.offset()).isPositive();
    }
  }

  @Test
  default void a_publication_is_readable_when_it_is_told() throws Exception {
    try (BrokerProbe probe = open()) {
      List<CompletionStage<LogPage>> reads = Collections.synchronizedList(new ArrayList<>());
      probe
          .told()
          .onEach(told ->
              reads.add(
                  probe
                      .broker()
                      .read(
                          new LogQuery(
                              io.polyhub.channel.ChannelFilter.of(KEPT), null, 1, 1, true))));
      for (int i = 0; i < 50; i++) {
        Position position = probe.publish(KEPT, "n" + i);
        probe.told().awaitPublications(i + 1);
        Publication newest = BrokerProbe.get(reads.get(i)).publications().getFirst();
        assertThat(newest.position()).isEqualTo(position);
      }
    }
  }

  @Test
  default void what_was_derived_from_a_publication_that_is_told_is_not_held_with_it()
      throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "hello");
      Publication told = probe.told().awaitPublications(1).getFirst();
      assertThat(told.<String>memo("form", publication -> "told")).isEqualTo("told");
      LogQuery newest = new LogQuery(io.polyhub.channel.ChannelFilter.of(KEPT), null, 1, 1, true);
      Publication held = BrokerProbe.get(probe.broker().read(newest)).publications().getFirst();
      assertThat(held.position()).isEqualTo(told.position());
      assertThat(held.<String>memo("form", publication -> "held")).isEqualTo("held");
    }
  }

  @Test
  default void publications_are_told_in_the_order_of_their_offsets_by_one_thread_at_a_time()
      throws Exception {
    try (BrokerProbe probe = open()) {
      int threads = 4;
      int each = 500;
      List<Thread> publishers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String channel = "kept/" + t;
        publishers.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < each; i++) {
                    var _ = probe.append(text(channel, channel + " " + i).build(), null);
                  }
                }));
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      List<Publication> told = probe.told().awaitPublications(threads * each);
      long before = 0;
      for (Publication publication : told) {
        assertThat(position(publication).offset()).isGreaterThan(before);
        before = position(publication).offset();
      }
      assertThat(probe.told().overlapped()).isFalse();
      for (int t = 0; t < threads; t++) {
        String channel = "kept/" + t;
        List<String> ofThread = new ArrayList<>();
        for (int i = 0; i < each; i++) {
          ofThread.add(channel + " " + i);
        }
        assertThat(told.stream().filter(p -> p.channel().equals(channel)).map(BrokerProbe::text))
            .containsExactlyElementsOf(ofThread);
        assertThat(BrokerProbe.texts(probe.read(channel, null)))
            .containsExactlyElementsOf(ofThread);
      }
    }
  }

  @Test
  default void every_part_of_a_publication_comes_back() throws Exception {
    try (BrokerProbe probe = open()) {
      Publication sent =
          Publication.on("kept/päth//✓ *.>", new byte[] {0, (byte) 0xff, 1})
              .contentType("application/octet-stream")
              .headers(List.of(new Header("a", "1"), new Header("a", "ü"), new Header("b", "")))
              .replyTo("kept/reply")
              .correlationId(new byte[] {9, 8})
              .publisher(new Publisher("ann", "s-1", new byte[] {'{', '}'}))
              .timeMillis(1_700_000_000_123L)
              .expiresAtMillis(Long.MAX_VALUE)
              .quality(Quality.ACKNOWLEDGED)
              .retained(true)
              .build();
      BrokerProbe.stored(probe.append(sent, "key"));
      Publication read = probe.read(sent.channel(), null).publications().getFirst();
      for (Publication got : List.of(read, probe.told().awaitPublications(1).getFirst())) {
        assertThat(got)
            .usingRecursiveComparison()
            .ignoringFields("position", "memos")
            .isEqualTo(sent);
      }
    }
  }

  @Test
  default void a_channel_without_history_is_told_before_the_call_returns() throws Exception {
    try (BrokerProbe probe = open()) {
      CompletionStage<Appended> stage = probe.append(text("bare/one", "now").build(), null);
      assertThat(stage.toCompletableFuture()).isCompletedWithValue(new Appended.Carried(false));
      assertThat(BrokerProbe.texts(probe.told().publications())).containsExactly("now");
      assertThat(probe.told().publications().getFirst().position()).isNull();
      assertThat(probe.read("bare/one", null).publications()).isEmpty();
    }
  }

  @Test
  default void an_empty_publication_is_kept_and_told_like_any_other() throws Exception {
    try (BrokerProbe probe = open()) {
      probe.publish(KEPT, "");
      assertThat(BrokerProbe.texts(probe.read(KEPT, null))).containsExactly("");
      probe.told().awaitPublications(1);
    }
  }

  @Test
  default void what_was_accepted_before_close_is_answered() throws Exception {
    List<CompletionStage<Appended>> stages = new ArrayList<>();
    try (BrokerProbe probe = open()) {
      for (int i = 0; i < 1_000; i++) {
        stages.add(probe.append(text(KEPT, "n" + i).build(), null));
      }
    }
    for (CompletionStage<Appended> stage : stages) {
      BrokerProbe.stored(stage);
    }
  }
}
