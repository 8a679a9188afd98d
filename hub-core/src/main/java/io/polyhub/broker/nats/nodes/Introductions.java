package io.polyhub.broker.nats.nodes;

import com.google.protobuf.ByteString;
import io.polyhub.broker.Introduction;
import io.polyhub.proto.nodes.v1.Beat;
import io.polyhub.proto.nodes.v1.NodeState;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node says of itself with its beats, and what the others said last. As many as there are
 * live nodes, at most. Thread-safe.
 */
final class Introductions {

  /** The longest digest that is taken from a beat, in bytes; a longer one is none. */
  static final int MAX_DIGEST_BYTES = 32;

  private static final Logger log = LoggerFactory.getLogger(Introductions.class);

  private final Map<String, Introduction> others = new ConcurrentHashMap<>();
  private volatile Supplier<Introduction> own = () -> Introduction.NONE;

  void own(Supplier<Introduction> self) {
    own = self;
  }

  Map<String, Introduction> others() {
    return Map.copyOf(others);
  }

  /** How many say that their rules are others than this node's. */
  long withOtherRules() {
    Introduction self = own.get();
    return others.values().stream().filter(self::hasOtherRules).count();
  }

  /** How many say that they speak another level than this node. */
  long ofOtherLevel() {
    int level = own.get().protocolLevel();
    return others.values().stream().filter(other -> other.protocolLevel() != level).count();
  }

  /** Adds what this node says of itself. */
  void addOwn(Beat.Builder beat) {
    Introduction self = own.get();
    beat.setVersion(self.version())
        .setState(
            switch (self.state()) {
              case UNKNOWN -> NodeState.NODE_STATE_UNSPECIFIED;
              case STARTING -> NodeState.NODE_STATE_STARTING;
              case READY -> NodeState.NODE_STATE_READY;
              case DRAINING -> NodeState.NODE_STATE_DRAINING;
            })
        .setRulesDigest(ByteString.copyFrom(HexFormat.of().parseHex(self.rulesDigest())))
        .setProtocolLevel(self.protocolLevel());
  }

  /** A live node said this. Tells the log once of each change that people should know. */
  void heard(String node, Beat beat) {
    Introduction said = read(beat);
    Introduction before = others.put(node, said);
    if (said.equals(before)) {
      return;
    }
    if (before == null || !said.version().equals(before.version())) {
      log.info("Node {} has version {}", node, said.version().isEmpty() ? "?" : said.version());
    }
    if (own.get().hasOtherRules(said)
        && (before == null || !said.rulesDigest().equals(before.rulesDigest()))) {
      log.warn(
          "Node {} has other rules than this one: what they decide depends on the node until all"
              + " have the same",
          node);
    }
  }

  /** It is not alive any more. */
  void gone(String node) {
    others.remove(node);
  }

  static Introduction read(Beat beat) {
    Introduction.State state =
        switch (beat.getState()) {
          case NODE_STATE_STARTING -> Introduction.State.STARTING;
          case NODE_STATE_READY -> Introduction.State.READY;
          case NODE_STATE_DRAINING -> Introduction.State.DRAINING;
          case NODE_STATE_UNSPECIFIED, UNRECOGNIZED -> Introduction.State.UNKNOWN;
        };
    String digest =
        beat.getRulesDigest().size() > MAX_DIGEST_BYTES
            ? ""
            : HexFormat.of().formatHex(beat.getRulesDigest().toByteArray());
    return new Introduction(beat.getVersion(), state, digest, beat.getProtocolLevel());
  }
}
