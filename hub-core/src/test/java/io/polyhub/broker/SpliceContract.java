package io.polyhub.broker;

import static io.polyhub.broker.BrokerProbe.position;
import static io.polyhub.broker.BrokerProbe.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reading up to a place and taking what lies past it from the listener. */
public interface SpliceContract extends WithBroker {

  @Test
  default void a_reader_who_goes_on_with_the_listener_misses_nothing_and_repeats_nothing()
      throws Exception {
    splice("kept/c3", System.nanoTime());
  }

  @Test
  default void a_reader_of_many_channels_misses_nothing_and_repeats_nothing() throws Exception {
    splice("kept/+", System.nanoTime());
  }

  private void splice(String filter, long seed) throws Exception {
    Random chance = new Random(seed);
    try (BrokerProbe probe = open()) {
      int threads = 4;
      int each = 1_500;
      List<Thread> publishers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Random own = new Random(chance.nextLong());
        publishers.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < each; i++) {
                    String channel = "kept/c" + own.nextInt(8);
                    var _ = probe.append(text(channel, "x".repeat(own.nextInt(40))).build(), null);
                  }
                }));
      }
      // Each reader comes at some moment: it pages through the past, then turns to the listener.
      List<List<Publication>> pasts = new ArrayList<>();
      List<Cursor> turns = new ArrayList<>();
      for (int r = 0; r < 10; r++) {
        probe.told().awaitPublications(chance.nextInt(threads * each / 10) + r);
        List<Publication> past = new ArrayList<>();
        LogPage page = probe.read(filter, null, 1 + chance.nextInt(100), 1 << 20);
        past.addAll(page.publications());
        while (!page.end()) {
          page = probe.read(filter, page.next(), 1 + chance.nextInt(100), 1 << 20);
          assertThat(page.complete()).isTrue();
          past.addAll(page.publications());
        }
        pasts.add(past);
        turns.add(page.next());
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      List<Publication> told = probe.told().awaitPublications(threads * each);
      List<Long> all = offsets(probe.readAll(filter));
      for (int r = 0; r < pasts.size(); r++) {
        List<Long> got = new ArrayList<>(offsets(pasts.get(r)));
        Cursor turn = turns.get(r);
        for (Publication publication : told) {
          OptionalLong read = turn.offset(position(publication).epoch());
          if (matches(filter, publication) && position(publication).offset() > read.orElseThrow()) {
            got.add(position(publication).offset());
          }
        }
        assertThat(got).as("reader %d, seed %d", r, seed).isEqualTo(all);
      }
      assertThat(all).hasSize((int) told.stream().filter(p -> matches(filter, p)).count());
    }
  }

  private static boolean matches(String filter, Publication publication) {
    return io.polyhub.channel.ChannelFilter.of(filter).matches(publication.channel());
  }

  private static List<Long> offsets(List<Publication> publications) {
    return publications.stream().map(publication -> position(publication).offset()).toList();
  }
}
