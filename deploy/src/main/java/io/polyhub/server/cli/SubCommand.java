package io.polyhub.server.cli;

import io.grpc.ManagedChannel;
import io.grpc.stub.MetadataUtils;
import io.polyhub.proto.v1.Beginning;
import io.polyhub.proto.v1.HubGrpc;
import io.polyhub.proto.v1.IfUnrecoverable;
import io.polyhub.proto.v1.LastValues;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.Now;
import io.polyhub.proto.v1.Subscribe;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sub",
    mixinStandardHelpOptions = true,
    description = {
      "Print what is published, one line for each message: the channel, a tab, the payload.",
      "After a lost connection it comes back by itself and goes on where it was, without gap or"
          + " repeat where the channel has history."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:as many messages as --count wanted",
      "1:refused",
      "2:the command line is wrong",
      "5:no server at that address"
    })
final class SubCommand implements Callable<Integer>, SubscribeStream.Events {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  @Parameters(
      index = "0",
      paramLabel = "FILTER",
      description = "A channel, or a filter with + for one level and # for the rest.")
  private String filter = "";

  /** Where to begin: now, unless one of these is given. */
  static final class Start {
    @Option(
        names = "--since",
        paramLabel = "CURSOR",
        description = "Begin after this cursor, which any door of any node gave.")
    private @Nullable String since;

    @Option(names = "--oldest", description = "Begin with the oldest message that is kept.")
    private boolean oldest;
  }

  @ArgGroup private @Nullable Start start;

  @Option(
      names = "--strict",
      description = "Refuse rather than begin now where history does not reach back to --since.")
  private boolean strict;

  @Option(names = "--last", description = "Print the last value of each channel first.")
  private boolean last;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after this many messages.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--json",
      description = "Print a JSON object with cursor, time, headers and all for each message.")
  private boolean json;

  @Mixin private final RemoteOptions remote = new RemoteOptions();

  private final Terminal terminal;
  private volatile String cursor = "";
  private volatile boolean everSubscribed;
  private volatile boolean subscribed;
  private long printed;
  private @Nullable MessagePrinter printer;

  SubCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    printer = new MessagePrinter(terminal.out(), json);
    if (start != null && start.since != null) {
      cursor = start.since;
    }
    String target = remote.target(terminal.environment());
    ManagedChannel server = remote.open(terminal.environment());
    try {
      Duration pause = FIRST_PAUSE;
      while (true) {
        subscribed = false;
        HubGrpc.HubStub stub =
            HubGrpc.newStub(server)
                .withInterceptors(
                    MetadataUtils.newAttachHeadersInterceptor(
                        remote.metadata(terminal.environment())));
        switch (SubscribeStream.run(stub, target, request(), this)) {
          case SubscribeStream.End.Enough enough -> {
            return ExitCode.OK;
          }
          case SubscribeStream.End.Failed failed -> throw failed.failure();
          case SubscribeStream.End.Lost lost -> {
            if (!everSubscribed) {
              throw RemoteErrors.notReached(target);
            }
            if (subscribed) {
              terminal.err().println("hub sub: " + lost.why() + "; coming back");
              pause = FIRST_PAUSE;
            }
            Thread.sleep(jittered(pause));
            pause =
                pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                    ? pause.multipliedBy(2)
                    : LONGEST_PAUSE;
            server.resetConnectBackoff();
          }
        }
      }
    } finally {
      server.shutdownNow();
    }
  }

  /** Many that lost one server do not all come back in the same instant. */
  private static Duration jittered(Duration pause) {
    return Duration.ofMillis(
        RandomGenerator.getDefault().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
  }

  private Subscribe request() {
    Subscribe.Builder request =
        Subscribe.newBuilder()
            .setFilter(filter)
            .setIfUnrecoverable(
                strict
                    ? IfUnrecoverable.IF_UNRECOVERABLE_REFUSE
                    : IfUnrecoverable.IF_UNRECOVERABLE_CONTINUE)
            .setLastValues(
                last && !everSubscribed
                    ? LastValues.LAST_VALUES_ALWAYS
                    : LastValues.LAST_VALUES_NEVER);
    if (!cursor.isEmpty()) {
      request.setSince(cursor);
    } else if (start != null && start.oldest) {
      request.setBeginning(Beginning.getDefaultInstance());
    } else {
      request.setNow(Now.getDefaultInstance());
    }
    return request.build();
  }

  @Override
  public void subscribed(String from, boolean missed) {
    terminal.err().println("hub sub: subscribed to " + filter);
    everSubscribed = true;
    subscribed = true;
    cursor = from;
    if (missed) {
      terminal
          .err()
          .println("hub sub: history no longer reaches back to the cursor; messages were missed");
    }
  }

  @Override
  public boolean message(Message message) {
    if (!message.getCursor().isEmpty()) {
      cursor = message.getCursor();
    }
    printed++;
    boolean heard = Objects.requireNonNull(printer).print(message);
    return heard && printed < count;
  }
}
