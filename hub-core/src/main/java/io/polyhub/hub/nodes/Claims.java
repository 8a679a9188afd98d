package io.polyhub.hub.nodes;

import com.google.protobuf.InvalidProtocolBufferException;
import io.polyhub.broker.Nodes;
import io.polyhub.broker.Nodes.Answers;
import io.polyhub.hub.CloseReason;
import io.polyhub.proto.nodes.v1.ClaimAnswer;
import io.polyhub.proto.nodes.v1.ClaimQuestion;
import io.polyhub.proto.nodes.v1.ClaimsNotice;
import io.polyhub.proto.nodes.v1.HeldClaim;
import io.polyhub.proto.nodes.v1.Stamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which session holds an exclusive key, over all nodes: the one that claimed it last. The older one
 * is closed with {@link CloseReason#TAKEN_OVER}, and the newer one waits until that has ended, but
 * no longer than the broker's limit for answers: a node that does not answer may be dead.
 *
 * <p>Claims are stamped with a time that never falls behind a stamp that this node has seen, so a
 * clock that is behind does not make a newer session lose. Two that claim at the same time compare
 * their stamps, and so do two nodes that may have lost sight of each other. Thread-safe.
 */
public final class Claims implements Nodes.Listener {

  static final String ASK = "claim";
  static final String COMPARE = "claims";

  /**
   * How often a claim is repeated because a session elsewhere, with a faster clock, holds the key.
   */
  static final int TRIES = 3;

  /** The most keys of one notice. */
  static final int NOTICE_KEYS = 500;

  /**
   * The most claims that are made again because some node did not answer. More are left as they are
   * until the nodes compare all they hold.
   */
  static final int UNSURE_MAX = 10_000;

  /** The most of them at a time. */
  static final int AGAIN_MAX = 200;

  /** How long after a claim that some node did not answer it is made again. */
  static final Duration AGAIN = Duration.ofSeconds(2);

  private static final byte[] NO_ANSWER = {};
  private static final Logger log = LoggerFactory.getLogger(Claims.class);

  /** One claim of a session of this node. */
  private static final class Claim {
    private final String key;
    private final NodeSession session;

    /** The time of its stamp, whose node is this one. */
    private volatile long millis;

    private volatile boolean admitted;

    private Claim(String key, NodeSession session, long millis) {
      this.key = key;
      this.session = session;
      this.millis = millis;
    }

    /** Ends the session for another one. Completes when it has ended. */
    private CompletionStage<Void> giveUp() {
      CompletableFuture<Void> over = new CompletableFuture<>();
      session
          .lane()
          .execute(() -> {
            session.closeByHub(CloseReason.TAKEN_OVER);
            var _ = session.ended().thenRun(() -> over.complete(null));
          });
      return over;
    }
  }

  private final Nodes nodes;
  private final InstantSource clock;
  private final Executor beside;
  private final ConcurrentHashMap<String, Claim> held = new ConcurrentHashMap<>();
  private final AtomicLong latest = new AtomicLong();

  /** Claims that some node did not answer: it may hold the key, and not have heard of it. */
  private final Set<Claim> unsure = ConcurrentHashMap.newKeySet();

  private long againMillis;

  /**
   * @param beside where comparing many claims is worked on
   */
  public Claims(Nodes nodes, InstantSource clock, Executor beside) {
    this.nodes = nodes;
    this.clock = clock;
    this.beside = beside;
    nodes.serve(ASK, (node, question) -> asked(question));
    nodes.serve(COMPARE, this::compare);
    nodes.listen(this);
  }

  private long nextMillis() {
    return latest.updateAndGet(before -> Math.max(before + 1, clock.millis()));
  }

  private Stamp stamp(Claim own) {
    return Stamp.newBuilder().setTimeMs(own.millis).setNodeId(nodes.self()).build();
  }

  private void saw(Stamp stamp) {
    latest.accumulateAndGet(stamp.getTimeMs(), Math::max);
  }

  private boolean isOlder(Claim own, Stamp other) {
    long millis = own.millis;
    return millis != other.getTimeMs()
        ? millis < other.getTimeMs()
        : nodes.self().compareTo(other.getNodeId()) < 0;
  }

  // Claiming

  /**
   * Claims the session's key, if it has one. Completes when no other session holds it, or when that
   * cannot be waited for; with false if a newer session holds it, or came meanwhile. Never
   * exceptionally.
   */
  public CompletionStage<Boolean> claim(NodeSession session) {
    String key = session.exclusiveKey();
    if (key == null) {
      return CompletableFuture.completedStage(true);
    }
    Claim claim = new Claim(key, session, nextMillis());
    Claim older = held.put(key, claim);
    CompletionStage<Void> here =
        older == null ? CompletableFuture.completedStage(null) : older.giveUp();
    return here.thenCombine(elsewhere(claim, 1), (ended, won) -> won && admit(claim));
  }

  private boolean admit(Claim claim) {
    claim.admitted = true;
    return held.get(claim.key) == claim;
  }

  private CompletionStage<Boolean> elsewhere(Claim claim, int attempt) {
    byte[] question =
        ClaimQuestion.newBuilder().setKey(claim.key).setStamp(stamp(claim)).build().toByteArray();
    return nodes
        .ask(ASK, question)
        .thenCompose(answers -> {
          ClaimAnswer standing = standing(answers);
          if (standing == null) {
            if (!answers.complete() && unsure.size() < UNSURE_MAX) {
              unsure.add(claim);
            }
            return CompletableFuture.completedStage(true);
          }
          if (!standing.getAdmitted() || attempt == TRIES || held.get(claim.key) != claim) {
            return CompletableFuture.completedStage(false);
          }
          claim.millis = nextMillis();
          return elsewhere(claim, attempt + 1);
        });
  }

  /**
   * Makes claims again that some node did not answer, until all have. The session is in already; it
   * ends if a newer one stands elsewhere. One thread at a time.
   */
  public void tick() {
    long now = clock.millis();
    if (unsure.isEmpty() || !nodes.isSettled() || Math.abs(now - againMillis) < AGAIN.toMillis()) {
      return;
    }
    againMillis = now;
    List<Claim> some = unsure.stream().limit(AGAIN_MAX).toList();
    beside.execute(() -> some.forEach(this::claimAgain));
  }

  private void claimAgain(Claim claim) {
    if (held.get(claim.key) != claim) {
      unsure.remove(claim);
      return;
    }
    byte[] question =
        ClaimQuestion.newBuilder().setKey(claim.key).setStamp(stamp(claim)).build().toByteArray();
    var _ =
        nodes
            .ask(ASK, question)
            .thenAccept(answers -> {
              ClaimAnswer standing = standing(answers);
              if (standing != null && isOlder(claim, standing.getStanding())) {
                unsure.remove(claim);
                var _ = claim.giveUp();
              } else if (answers.complete()) {
                unsure.remove(claim);
              }
            });
  }

  /** The answer that speaks of a session that stands; one that claims just now before others. */
  private @Nullable ClaimAnswer standing(Answers answers) {
    ClaimAnswer found = null;
    for (byte[] bytes : answers.answers()) {
      try {
        ClaimAnswer answer = ClaimAnswer.parseFrom(bytes);
        if (answer.hasStanding()) {
          saw(answer.getStanding());
          if (found == null || !answer.getAdmitted()) {
            found = answer;
          }
        }
      } catch (InvalidProtocolBufferException damaged) {
        log.warn("An answer to a claim cannot be understood", damaged);
      }
    }
    return found;
  }

  /** The session has closed. */
  public void release(NodeSession session) {
    String key = session.exclusiveKey();
    if (key != null) {
      held.computeIfPresent(
          key,
          (name, claim) -> {
            if (!claim.session.equals(session)) {
              return claim;
            }
            unsure.remove(claim);
            return null;
          });
    }
  }

  /** How many claims some node has not answered yet. */
  public int unsure() {
    return unsure.size();
  }

  /** How many keys are held here. */
  public int size() {
    return held.size();
  }

  // What other nodes claim

  private CompletionStage<byte[]> asked(byte[] bytes) {
    ClaimQuestion question;
    try {
      question = ClaimQuestion.parseFrom(bytes);
    } catch (InvalidProtocolBufferException damaged) {
      return CompletableFuture.failedStage(damaged);
    }
    saw(question.getStamp());
    Claim own = held.get(question.getKey());
    if (own == null) {
      return CompletableFuture.completedStage(NO_ANSWER);
    }
    if (isOlder(own, question.getStamp())) {
      return own.giveUp().thenApply(ended -> NO_ANSWER);
    }
    return CompletableFuture.completedStage(
        ClaimAnswer.newBuilder()
            .setStanding(stamp(own))
            .setAdmitted(own.admitted)
            .build()
            .toByteArray());
  }

  // After two nodes may have lost sight of each other

  @Override
  public void onNode(String node) {
    nodes.tell(node, COMPARE, notice(List.of()));
  }

  @Override
  public void onNodeGone(String node) {
    // Its sessions are gone with it.
  }

  private byte[] notice(List<Claim> claims) {
    ClaimsNotice.Builder notice = ClaimsNotice.newBuilder().setCount(held.size());
    for (Claim claim : claims) {
      notice.addHeld(HeldClaim.newBuilder().setKey(claim.key).setStamp(stamp(claim)));
    }
    return notice.build().toByteArray();
  }

  private CompletionStage<byte[]> compare(String node, byte[] bytes) {
    try {
      ClaimsNotice notice = ClaimsNotice.parseFrom(bytes);
      if (notice.getHeldCount() > 0) {
        beside.execute(() -> compare(node, notice.getHeldList()));
      } else if (isSmaller(held.size(), nodes.self(), notice.getCount(), node)) {
        beside.execute(() -> tellAll(node));
      } else if (notice.getCount() > 0) {
        nodes.tell(node, COMPARE, notice(List.of()));
      }
    } catch (InvalidProtocolBufferException damaged) {
      log.warn("A notice of claims cannot be understood", damaged);
    }
    return CompletableFuture.completedStage(NO_ANSWER);
  }

  private static boolean isSmaller(int count, String name, int otherCount, String other) {
    return count != otherCount ? count < otherCount : name.compareTo(other) < 0;
  }

  private void tellAll(String node) {
    List<Claim> part = new ArrayList<>(NOTICE_KEYS);
    for (Claim claim : held.values()) {
      part.add(claim);
      if (part.size() == NOTICE_KEYS) {
        nodes.tell(node, COMPARE, notice(part));
        part.clear();
      }
    }
    if (!part.isEmpty()) {
      nodes.tell(node, COMPARE, notice(part));
    }
  }

  private void compare(String node, List<HeldClaim> others) {
    List<Claim> newer = new ArrayList<>();
    for (HeldClaim other : others) {
      saw(other.getStamp());
      Claim own = held.get(other.getKey());
      if (own != null) {
        if (isOlder(own, other.getStamp())) {
          log.info("A session is closed, as node {} has a newer one with its exclusive key", node);
          var _ = own.giveUp();
        } else {
          newer.add(own);
        }
      }
    }
    if (!newer.isEmpty()) {
      nodes.tell(node, COMPARE, notice(newer));
    }
  }
}
