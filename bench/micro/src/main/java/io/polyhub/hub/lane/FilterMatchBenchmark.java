package io.polyhub.hub.lane;

import io.polyhub.channel.ChannelFilter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Finding the filters with wildcards that match a channel, among many that do not. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilterMatchBenchmark {

  /** How many filters there are; three match. */
  @Param({"10", "1000", "100000"})
  public int filters;

  private final FilterTrie<String> trie = new FilterTrie<>();
  private final ChannelFilter one = ChannelFilter.of("plants/+/machines/#");

  @Setup
  public void fill() {
    for (int i = 0; i < filters; i++) {
      add("plants/" + i + "/machines/+/heat");
    }
    add("plants/#");
    add("plants/+/machines/7/heat");
  }

  private void add(String filter) {
    trie.update(ChannelFilter.of(filter), absent -> filter);
  }

  @Benchmark
  public void all_that_match(Blackhole found) {
    trie.match("plants/5/machines/7/heat", found::consume);
  }

  @Benchmark
  public boolean one_filter() {
    return one.matches("plants/5/machines/7/heat");
  }
}
