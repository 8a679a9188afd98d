package io.polyhub.websocket;

import io.polyhub.channel.Publication;
import io.polyhub.micro.Ground;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The push of a publication that all subscribers of a form share. */
@NullMarked
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CentrifugeEncodeBenchmark {

  private final Publication publication = Ground.publication("plants/5/heat");
  private final CentrifugeCodec json = CentrifugeCodec.JSON;
  private final CentrifugeCodec protobuf = CentrifugeCodec.PROTOBUF;

  @Benchmark
  public byte[] json() {
    return encode(json);
  }

  @Benchmark
  public byte[] protobuf() {
    return encode(protobuf);
  }

  private byte[] encode(CentrifugeCodec codec) {
    Push.Builder push =
        Push.newBuilder()
            .setChannel("plants/5/heat")
            .setPub(CentrifugeMessages.stored(Ground.placed(publication), codec.json()));
    return codec.encode(Reply.newBuilder().setPush(push).build());
  }
}
