package io.polyhub.broker.nats.presence;

import com.google.protobuf.InvalidProtocolBufferException;
import io.polyhub.broker.LocalPresence;
import io.polyhub.broker.Nodes;
import io.polyhub.channel.Member;
import io.polyhub.channel.PresenceStats;
import io.polyhub.proto.envelope.v1.ChannelMembers;
import io.polyhub.proto.nodes.v1.CountAnswer;
import io.polyhub.proto.nodes.v1.CountQuestion;
import io.polyhub.proto.nodes.v1.MembersAnswer;
import io.polyhub.proto.nodes.v1.MembersQuestion;
import io.polyhub.proto.nodes.v1.SnapshotAnswer;
import io.polyhub.proto.nodes.v1.SnapshotQuestion;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers other nodes who is subscribed here. Questions are worked on beside the thread that takes
 * messages, as a channel may have very many members.
 */
final class PresenceAnswers implements AutoCloseable {

  static final String MEMBERS = "presence-members";
  static final String COUNT = "presence-count";

  /** The most bytes of members in one answer, which leaves room for the names of channels. */
  static final int MEMBER_BYTES = 320 * 1024;

  private final String self;
  private final LocalPresence local;
  private final AtomicLong events;
  private final ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param events the number of the last event that this node told, given after the member was in
   *     or out
   */
  PresenceAnswers(String self, LocalPresence local, AtomicLong events) {
    this.self = self;
    this.local = local;
    this.events = events;
  }

  void serve(Nodes nodes) {
    nodes.serve(MEMBERS, (node, question) -> answer(question, this::members));
    nodes.serve(COUNT, (node, question) -> answer(question, this::count));
    nodes.serve(PresenceSync.TOPIC, (node, question) -> answer(question, this::snapshot));
  }

  /** Makes an answer of a question. */
  private interface Answering {
    byte[] answer(byte[] question) throws InvalidProtocolBufferException;
  }

  private CompletionStage<byte[]> answer(byte[] question, Answering answering) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    try {
      worker.execute(() -> {
        try {
          answer.complete(answering.answer(question));
        } catch (InvalidProtocolBufferException | RuntimeException e) {
          answer.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException closing) {
      answer.completeExceptionally(closing);
    }
    return answer;
  }

  private byte[] members(byte[] bytes) throws InvalidProtocolBufferException {
    MembersQuestion question = MembersQuestion.parseFrom(bytes);
    List<Member> ordered =
        local.members(question.getChannel()).stream()
            .filter(member -> member.session().compareTo(question.getAfter()) > 0)
            .sorted(Comparator.comparing(Member::session))
            .toList();
    MembersAnswer.Builder answer = MembersAnswer.newBuilder().setNodeId(self);
    int size = 0;
    for (Member member : ordered) {
      var encoded = MemberCodec.encode(member);
      size += encoded.getSerializedSize();
      if (answer.getMembersCount() == question.getLimit()) {
        break;
      }
      if (size > MEMBER_BYTES) {
        answer.setMore(true);
        break;
      }
      answer.addMembers(encoded);
    }
    return answer.build().toByteArray();
  }

  private byte[] count(byte[] bytes) throws InvalidProtocolBufferException {
    String channel = CountQuestion.parseFrom(bytes).getChannel();
    PresenceStats stats = local.stats(channel);
    UserHashes.Part users = UserHashes.of(local.users(channel));
    return CountAnswer.newBuilder()
        .setSessions(stats.sessions())
        .setUsers(users.users())
        .addAllUserHashes(Arrays.stream(users.hashes()).boxed().toList())
        .build()
        .toByteArray();
  }

  private byte[] snapshot(byte[] bytes) throws InvalidProtocolBufferException {
    SnapshotQuestion question = SnapshotQuestion.parseFrom(bytes);
    SnapshotAnswer.Builder answer =
        SnapshotAnswer.newBuilder().setNodeId(self).setSequence(events.get());
    int size = 0;
    for (String channel : question.getChannelsList()) {
      List<Member> members = local.members(channel);
      if (members.isEmpty()) {
        continue;
      }
      ChannelMembers.Builder whole = ChannelMembers.newBuilder().setChannel(channel);
      int own = 0;
      for (Member member : members) {
        var encoded = MemberCodec.encode(member);
        own += encoded.getSerializedSize();
        if (own > MEMBER_BYTES) {
          break;
        }
        whole.addMembers(encoded);
      }
      if (own > MEMBER_BYTES) {
        answer.addTooLarge(channel);
      } else if (size + own > MEMBER_BYTES) {
        answer.addLeftOut(channel);
      } else {
        size += own;
        answer.addChannels(whole);
      }
    }
    return answer.build().toByteArray();
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
