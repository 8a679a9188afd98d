package io.polyhub.mqtt.packet;

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

/** The form of a publication that all of a version's subscribers share. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MqttEncodeBenchmark {

  private final Publication publication = Ground.publication("plants/5/heat");

  @Benchmark
  public Object version_3() {
    return PublishForm.of(Ground.placed(publication), MqttVersion.V3_1_1);
  }

  @Benchmark
  public Object version_5() {
    return PublishForm.of(Ground.placed(publication), MqttVersion.V5);
  }
}
