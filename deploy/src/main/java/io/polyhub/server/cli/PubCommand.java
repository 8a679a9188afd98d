package io.polyhub.server.cli;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.polyhub.proto.v1.Guarantee;
import io.polyhub.proto.v1.Header;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.Publish;
import io.polyhub.proto.v1.PublishRequest;
import io.polyhub.proto.v1.Published;
import io.polyhub.server.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "pub",
    mixinStandardHelpOptions = true,
    description = "Publish one message, and wait for its acknowledgement.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:acknowledged",
      "1:refused",
      "2:the command line is wrong",
      "5:no server at that address"
    })
final class PubCommand implements Callable<Integer> {

  /** The largest payload that is read from standard input. */
  static final int MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

  private static final int ANSWER_SECONDS = 30;

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "Where to publish.")
  private String channel = "";

  @Parameters(
      index = "1",
      paramLabel = "PAYLOAD",
      description = "What to publish, as text; - to read it from standard input, byte for byte.")
  private String payload = "";

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      description = "The payload's media type, such as application/json.")
  private String contentType = "";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "A header to pass on. May be repeated.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(names = "--reply-to", paramLabel = "CHANNEL", description = "Where answers are awaited.")
  private String replyTo = "";

  @Option(names = "--retain", description = "Make it the channel's last value.")
  private boolean retain;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "How long it is worth delivering, such as 30s or 2h.",
      converter = DurationConverter.class)
  private @Nullable Duration timeToLive;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Publish only if nothing was published with this key before.")
  private String idempotencyKey = "";

  @Option(
      names = "--at-least-once",
      description = "Refuse rather than publish where the channel's guarantee is less.")
  private boolean atLeastOnce;

  @Option(names = "--json", description = "Print the acknowledgement as JSON.")
  private boolean json;

  @Mixin private final RemoteOptions remote = new RemoteOptions();

  private final Terminal terminal;

  PubCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws CommandFailure, IOException {
    Publish.Builder publish =
        Publish.newBuilder()
            .setChannel(channel)
            .setPayload(readPayload())
            .setContentType(contentType)
            .setReplyTo(replyTo)
            .setRetain(retain)
            .setIdempotencyKey(idempotencyKey)
            .setGuarantee(
                atLeastOnce ? Guarantee.GUARANTEE_AT_LEAST_ONCE : Guarantee.GUARANTEE_UNSPECIFIED);
    headers.forEach((name, value) ->
        publish.addHeaders(Header.newBuilder().setName(name).setValue(value).build()));
    if (timeToLive != null) {
      publish.setTimeToLive(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(timeToLive.toSeconds())
              .setNanos(timeToLive.toNanosPart()));
    }
    Published published = publish(PublishRequest.newBuilder().setPublish(publish).build());
    print(published);
    return ExitCode.OK;
  }

  private Published publish(PublishRequest request) throws CommandFailure {
    ManagedChannel server = remote.open(terminal.environment());
    try {
      return HubGrpc.newBlockingStub(server)
          .withInterceptors(
              MetadataUtils.newAttachHeadersInterceptor(remote.metadata(terminal.environment())))
          .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
          .publish(request)
          .getPublished();
    } catch (StatusRuntimeException failed) {
      throw RemoteErrors.failure(failed, remote.target(terminal.environment()));
    } finally {
      server.shutdownNow();
    }
  }

  private ByteString readPayload() throws CommandFailure, IOException {
    if (!payload.equals("-")) {
      return ByteString.copyFrom(payload, StandardCharsets.UTF_8);
    }
    byte[] bytes = terminal.in().readNBytes(MAX_PAYLOAD_BYTES + 1);
    if (bytes.length > MAX_PAYLOAD_BYTES) {
      throw new CommandFailure(
          ExitCode.USAGE, "The payload is over " + MAX_PAYLOAD_BYTES + " bytes.");
    }
    return ByteString.copyFrom(bytes);
  }

  private void print(Published published) {
    String guarantee =
        switch (published.getGuarantee()) {
          case GUARANTEE_AT_LEAST_ONCE -> "at-least-once";
          case GUARANTEE_AT_MOST_ONCE -> "at-most-once";
          case GUARANTEE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("channel", channel);
      fields.put("cursor", published.getCursor());
      fields.put("guarantee", guarantee);
      fields.put("duplicate", published.getDuplicate());
      terminal.out().println(Json.text(fields));
      return;
    }
    StringBuilder line = new StringBuilder("published, ").append(guarantee);
    if (!published.getCursor().isEmpty()) {
      line.append(", cursor ").append(published.getCursor());
    }
    if (published.getDuplicate()) {
      line.append(", a duplicate");
    }
    terminal.out().println(line);
  }
}
