package io.polyhub.broker.nats.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.broker.BrokerProbe;
import io.polyhub.broker.LogPage;
import io.polyhub.broker.LogQuery;
import io.polyhub.broker.UnavailableException;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JoinedReadsTest {

  private static final String EPOCH = "e";
  private static final int MOST = 200;
  private static final int TOP = 300;
  private static final int OLDEST = 40;
  private static final int BYTES = 1 << 20;

  private final Deque<Runnable> asked = new ArrayDeque<>();
  private int count;
  private final JoinedReads reads =
      new JoinedReads(this::ask, new ReadMetrics(new SimpleMeterRegistry()), MOST);

  /** Every second offset is of the channel; the oldest were let go. */
  private static LogPage page(LogQuery query) {
    long since = query.since() == null ? 0 : query.since().offset(EPOCH).orElse(0);
    List<Publication> found = new ArrayList<>();
    long next = since;
    for (long offset = Math.max(since + 1, OLDEST); offset <= TOP; offset++) {
      if (offset % 2 == 0) {
        if (found.size() == query.limit()) {
          return new LogPage(found, at(next), false, since + 1 >= OLDEST);
        }
        found.add(
            BrokerProbe.text("a", Long.toString(offset)).build().at(new Position(EPOCH, offset)));
      }
      next = offset;
    }
    return new LogPage(found, at(TOP), true, since + 1 >= OLDEST);
  }

  private static Cursor at(long offset) {
    return Cursor.of(new Position(EPOCH, offset));
  }

  private CompletableFuture<LogPage> ask(LogQuery query) {
    count++;
    CompletableFuture<LogPage> answer = new CompletableFuture<>();
    asked.add(() -> answer.complete(page(query)));
    return answer;
  }

  private static LogQuery query(long since, int limit) {
    return new LogQuery(ChannelFilter.of("a"), at(since), limit, BYTES, false);
  }

  @Test
  void each_gets_what_it_would_get_alone() {
    Random random = new Random(3);
    Map<LogQuery, CompletableFuture<LogPage>> answers = new LinkedHashMap<>();
    for (int i = 0; i < 2_000; i++) {
      LogQuery query = query(random.nextInt(TOP + 1), 1 + random.nextInt(TOP));
      answers.put(query, reads.read(query, EPOCH));
      if (random.nextBoolean() && !asked.isEmpty()) {
        asked.remove().run();
      }
    }
    while (!asked.isEmpty()) {
      asked.remove().run();
    }
    answers.forEach((query, answer) -> {
      LogPage got = answer.join();
      LogPage alone = page(query);
      assertThat(got.complete()).isEqualTo(alone.complete());
      List<String> texts = BrokerProbe.texts(alone.publications());
      assertThat(BrokerProbe.texts(got.publications()))
          .isEqualTo(texts.subList(0, got.publications().size()));
      assertThat(got.publications().isEmpty()).isEqualTo(texts.isEmpty());
      // A page may end earlier than alone, but not skip what it has not given.
      if (got.publications().size() < texts.size()) {
        assertThat(got.end()).isFalse();
        long next = got.next().offset(EPOCH).orElseThrow();
        assertThat(next).isLessThan(Long.parseLong(texts.get(got.publications().size())));
      } else if (got.end()) {
        assertThat(got.next()).isEqualTo(alone.next());
      }
    });
  }

  @Test
  void many_places_cost_two_reads() {
    List<CompletableFuture<LogPage>> answers = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      answers.add(reads.read(query(OLDEST + i, TOP), EPOCH));
    }
    while (!asked.isEmpty()) {
      asked.remove().run();
    }
    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().end()).isTrue());
    assertThat(count).isEqualTo(2);
  }

  @Test
  void more_than_may_wait_are_refused() {
    var _ = reads.read(query(OLDEST, 1), EPOCH);
    for (int i = 0; i < MOST; i++) {
      assertThat(reads.read(query(OLDEST + i, 1), EPOCH)).isNotCompleted();
    }
    assertThat(reads.read(query(OLDEST, 1), EPOCH)).as("as another").isNotCompleted();
    assertThat(reads.read(query(TOP, 1), EPOCH))
        .failsWithin(0, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(UnavailableException.class);
    asked.remove().run();
    assertThat(reads.read(query(TOP, 1), EPOCH)).as("there is room again").isNotCompleted();
  }
}
