package io.polyhub.graphql;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import io.polyhub.micro.Ground;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The result of a publication that all with one document share, and what each adds to it. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GraphQlEncodeBenchmark {

  private static final String DOCUMENT =
      "subscription { messages(channel: \"plants/5/heat\") { channel cursor data } }";

  private final GraphQlEngine engine =
      new GraphQlEngine(100, GraphQlConfig.STANDARD, new SimpleMeterRegistry());
  private final EventView view = engine.views().acquire(operation(), Map.of());
  private final Publication publication = Ground.publication("plants/5/heat");
  private final byte[] id = "\"1\"".getBytes(StandardCharsets.US_ASCII);
  private final byte[] result = result();

  private Operation operation() {
    GraphQlRequest request = new GraphQlRequest(DOCUMENT, null, Map.of(), Map.of(), null);
    return switch (engine.prepare(request)) {
      case Documents.Prepared.Good(Operation operation) -> operation;
      case Documents.Prepared.Bad(List<?> errors) ->
          throw new IllegalStateException(errors.toString());
    };
  }

  /** Executes the selection, once for each publication. */
  @Benchmark
  public byte[] result() {
    Publication placed = Ground.placed(publication);
    Cursor cursor = Cursor.of(Objects.requireNonNull(placed.position()));
    return view.message(placed, Downlink.Source.LIVE, cursor);
  }

  /** Puts the result into the message of one subscriber. */
  @Benchmark
  public int message() {
    ByteBuf message = ServerMessages.next(UnpooledByteBufAllocator.DEFAULT, id, result, null);
    int length = message.readableBytes();
    message.release();
    return length;
  }
}
