package io.polyhub.broker.nats.stream;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.stream.StreamPlan.Change;
import io.polyhub.channel.Rule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the streams as the rules want them, and changes those that are there. Any node may do it,
 * several at a time: what another has made is taken as it is found. Blocking.
 */
public final class StreamKeeper {

  /** What became of a stream. */
  sealed interface Outcome {

    /** It is there as it should be. */
    record Kept(StreamInfo info) implements Outcome {}

    /** It is there, and is not as the rules want it: what differs is not changed. */
    record Refused(StreamInfo info, String why) implements Outcome {}
  }

  private static final Logger log = LoggerFactory.getLogger(StreamKeeper.class);

  private static final int NO_SUCH_STREAM = 10059;
  private static final byte[] NOTHING = {};

  /** No message has the sequence 0. One past the end must not be named: 2.9 resets the stream. */
  private static final byte[] REMOVE_NOTHING =
      "{\"seq\":0,\"no_erase\":true}".getBytes(StandardCharsets.US_ASCII);

  private final NatsLink link;
  private final boolean allowLoss;
  private final Map<String, StreamConfiguration> wanted = new LinkedHashMap<>();

  public StreamKeeper(StreamsConfig config, StreamLimits limits, NatsLink link, LogStreams logs) {
    this.link = link;
    allowLoss = config.allowLoss();
    StreamPlan plan = new StreamPlan(config, limits, logs.subjects());
    for (NatsLog each : logs.all()) {
      wanted.put(each.stream(), plan.log(each));
    }
    for (Rule rule : logs.rules().all()) {
      StreamConfiguration values = plan.values(rule);
      wanted.put(values.getName(), values);
    }
    StreamConfiguration records = plan.records();
    wanted.put(records.getName(), records);
  }

  /** The names of all streams that there should be. */
  List<String> names() {
    return List.copyOf(wanted.keySet());
  }

  /**
   * What {@link #keep} would do, in words for the operator, without doing it: one line for each
   * stream that would be made, changed, or refused.
   *
   * @throws UnavailableException if NATS cannot be asked
   */
  public List<PlannedStep> plan() throws UnavailableException {
    List<PlannedStep> steps = new ArrayList<>();
    for (StreamConfiguration stream : wanted.values()) {
      try {
        StreamInfo there = link.management().getStreamInfo(stream.getName());
        for (Change change : StreamPlan.changes(there.getConfiguration(), stream)) {
          steps.add(step(there, change));
        }
      } catch (JetStreamApiException e) {
        if (e.getApiErrorCode() != NO_SUCH_STREAM) {
          throw new UnavailableException(String.valueOf(e.getMessage()));
        }
        steps.add(new PlannedStep(stream.getName() + ": make it", false));
      } catch (IOException e) {
        throw new UnavailableException(String.valueOf(e.getMessage()));
      }
    }
    return steps;
  }

  private PlannedStep step(StreamInfo there, Change change) {
    boolean losing = change.losing() || !change.possible();
    boolean refused = losing && !allowLoss && there.getStreamState().getMsgCount() > 0;
    String name = there.getConfiguration().getName();
    return new PlannedStep(name + ": " + verdict(there, change) + " " + change.what(), refused);
  }

  private String verdict(StreamInfo there, Change change) {
    if (!change.losing() && change.possible()) {
      return "change";
    }
    if (there.getStreamState().getMsgCount() == 0) {
      return change.possible() ? "change" : "make anew, as it is empty, for";
    }
    if (!allowLoss) {
      return "refuse, as it would lose what is kept, to change";
    }
    return change.possible() ? "change, losing what is kept," : "make anew, losing all, for";
  }

  /**
   * Makes the stream, or changes it to what it should be.
   *
   * @throws UnavailableException if NATS cannot do so now
   */
  Outcome keep(String name) throws UnavailableException {
    StreamConfiguration stream = wanted.get(name);
    if (stream == null) {
      throw new IllegalArgumentException("stream: " + name + " (expected: one of the rules')");
    }
    try {
      return keep(link.management(), stream);
    } catch (JetStreamApiException | IOException | IllegalStateException e) {
      throw new UnavailableException(name + ": " + e.getMessage());
    }
  }

  private Outcome keep(JetStreamManagement management, StreamConfiguration stream)
      throws IOException, JetStreamApiException {
    StreamInfo there;
    try {
      there = management.getStreamInfo(stream.getName());
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != NO_SUCH_STREAM) {
        throw e;
      }
      return new Outcome.Kept(made(management, stream));
    }
    List<Change> changes = StreamPlan.changes(there.getConfiguration(), stream);
    if (changes.isEmpty()) {
      return new Outcome.Kept(there);
    }
    boolean empty = there.getStreamState().getMsgCount() == 0;
    List<Change> losing = changes.stream().filter(c -> c.losing() || !c.possible()).toList();
    if (!losing.isEmpty() && !empty && !allowLoss) {
      return new Outcome.Refused(there, refusal(stream.getName(), losing));
    }
    if (changes.stream().allMatch(Change::possible)) {
      log.info("Stream {} is changed: {}", stream.getName(), words(changes));
      return new Outcome.Kept(
          management.updateStream(StreamPlan.changed(there.getConfiguration(), stream)));
    }
    log.warn("Stream {} is made anew: {}", stream.getName(), words(changes));
    management.deleteStream(stream.getName());
    return new Outcome.Kept(made(management, stream));
  }

  /** Another node may have made it at the same time, by the same rules. */
  private static StreamInfo made(JetStreamManagement management, StreamConfiguration stream)
      throws IOException, JetStreamApiException {
    try {
      StreamInfo made = management.addStream(stream);
      log.info("Stream {} is made", stream.getName());
      return made;
    } catch (JetStreamApiException e) {
      try {
        return management.getStreamInfo(stream.getName());
      } catch (JetStreamApiException absent) {
        e.addSuppressed(absent);
        throw e;
      }
    }
  }

  private static String refusal(String name, List<Change> losing) {
    return "Stream "
        + name
        + " is left as it is, because the change would lose what it holds: "
        + words(losing)
        + ". Allow it with streams.allowLoss, or go back to what was set before.";
  }

  private static String words(List<Change> changes) {
    return String.join("; ", changes.stream().map(Change::what).toList());
  }

  /**
   * Tells the content of the stream from all earlier ones, because it lost what it held.
   *
   * @throws UnavailableException if NATS cannot do so now
   */
  StreamInfo tellApart(StreamInfo there, String content) throws UnavailableException {
    try {
      return link.management()
          .updateStream(StreamPlan.withContent(there.getConfiguration(), content));
    } catch (JetStreamApiException | IOException | IllegalStateException e) {
      throw new UnavailableException(String.valueOf(e.getMessage()));
    }
  }

  /** Asks for the state of the stream; the stage completes as {@link NatsLink#request} says. */
  CompletableFuture<Message> look(String name) {
    return link.request("$JS.API.STREAM.INFO." + name, null, NOTHING);
  }

  /**
   * Waits until the stream's leader has done all that was ever agreed on; the stage completes as
   * {@link NatsLink#request} says. Before NATS 2.11 a server that has just become the leader
   * answers earlier, as if the newest messages were not there. The removal of a message that is
   * never there is agreed on like everything else, so its answer comes after all of that.
   */
  CompletableFuture<Message> settled(String name) {
    return link.request("$JS.API.STREAM.MSG.DELETE." + name, null, REMOVE_NOTHING);
  }

  /** Whether the answer says that there is no such stream. */
  static boolean isAbsent(StreamInfo answer) {
    return answer.hasError() && answer.getApiErrorCode() == NO_SUCH_STREAM;
  }
}
