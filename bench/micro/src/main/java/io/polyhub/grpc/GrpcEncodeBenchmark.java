package io.polyhub.grpc;

import io.polyhub.channel.Publication;
import io.polyhub.micro.Ground;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The bytes of a publication that all streams share. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GrpcEncodeBenchmark {

  private final Publication publication = Ground.publication("plants/5/heat");

  @Benchmark
  public byte[] message() {
    return GrpcReplies.publication(Ground.placed(publication)).toByteArray();
  }
}
