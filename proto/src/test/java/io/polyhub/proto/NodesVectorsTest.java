package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.polyhub.proto.nodes.v1.Beat;
import io.polyhub.proto.nodes.v1.NodeState;
import io.polyhub.proto.nodes.v1.ReachAnswer;
import io.polyhub.proto.nodes.v1.ReachDisconnect;
import io.polyhub.proto.nodes.v1.ReachQuestion;
import org.junit.jupiter.api.Test;

/** What nodes tell each other, byte by byte: as they told it first, and as they do now. */
final class NodesVectorsTest {

  private static final byte[] FIRST_BEAT =
      Bytes.of(
          "0a 01 'n'", // node_id
          "10 02", // connection
          "18 01"); // hello

  private static final byte[] BEAT =
      Bytes.of(
          "0a 01 'n'", // node_id
          "10 02", // connection
          "18 01", // hello
          "2a 05 '0.2.0'", // version
          "30 02", // state
          "3a 02 ab cd", // rules_digest
          "40 01"); // protocol_level

  private static final Beat BEAT_READ =
      Beat.newBuilder()
          .setNodeId("n")
          .setConnection(2)
          .setHello(true)
          .setVersion("0.2.0")
          .setState(NodeState.NODE_STATE_READY)
          .setRulesDigest(ByteString.fromHex("abcd"))
          .setProtocolLevel(1)
          .build();

  @Test
  void a_beat_of_the_first_nodes_says_nothing_of_what_came_later() throws Exception {
    Beat beat = Beat.parseFrom(FIRST_BEAT);
    assertThat(beat)
        .isEqualTo(Beat.newBuilder().setNodeId("n").setConnection(2).setHello(true).build());
    assertThat(beat.getState()).isEqualTo(NodeState.NODE_STATE_UNSPECIFIED);
    assertThat(beat.getProtocolLevel()).isZero();
    assertThat(beat.toByteArray()).isEqualTo(FIRST_BEAT);
  }

  @Test
  void a_beat_of_today_is_these_bytes() throws Exception {
    assertThat(BEAT_READ.toByteArray()).isEqualTo(BEAT);
    assertThat(Beat.parseFrom(BEAT)).isEqualTo(BEAT_READ);
  }

  @Test
  void a_beat_of_later_nodes_is_read_for_what_is_known_of_it() throws Exception {
    Beat beat =
        Beat.parseFrom(
            Bytes.of(
                "0a 01 'n'", // node_id
                "10 02", // connection
                "30 09", // state: one that is not known
                "9a 06 03 'new'")); // field 99
    assertThat(beat.getNodeId()).isEqualTo("n");
    assertThat(beat.getConnection()).isEqualTo(2);
    assertThat(beat.getState()).isEqualTo(NodeState.UNRECOGNIZED);
  }

  @Test
  void a_question_about_sessions_is_these_bytes() throws Exception {
    byte[] bytes =
        Bytes.of(
            "0a 03 'ann'", // user
            "1a 02 08 01"); // disconnect, come_back
    ReachQuestion question =
        ReachQuestion.newBuilder()
            .setUser("ann")
            .setDisconnect(ReachDisconnect.newBuilder().setComeBack(true))
            .build();
    assertThat(question.toByteArray()).isEqualTo(bytes);
    assertThat(ReachQuestion.parseFrom(bytes)).isEqualTo(question);
  }

  @Test
  void an_action_or_a_target_of_later_nodes_is_read_as_none() throws Exception {
    ReachQuestion action =
        ReachQuestion.parseFrom(
            Bytes.of(
                "0a 03 'ann'", // user
                "9a 06 00")); // field 99: an action
    assertThat(action.getUser()).isEqualTo("ann");
    assertThat(action.getActionCase()).isEqualTo(ReachQuestion.ActionCase.ACTION_NOT_SET);
    ReachQuestion target =
        ReachQuestion.parseFrom(
            Bytes.of(
                "9a 06 00", // field 99: a target
                "1a 00")); // disconnect
    assertThat(target.getTargetCase()).isEqualTo(ReachQuestion.TargetCase.TARGET_NOT_SET);
  }

  @Test
  void an_answer_that_nothing_was_understood_is_these_bytes() throws Exception {
    ReachAnswer answer = ReachAnswer.newBuilder().setNotUnderstood(true).build();
    assertThat(answer.toByteArray()).isEqualTo(Bytes.of("30 01"));
    assertThat(ReachAnswer.parseFrom(Bytes.of("30 01"))).isEqualTo(answer);
  }

  @Test
  void an_answer_of_the_first_nodes_claims_to_be_understood() throws Exception {
    byte[] bytes = Bytes.of("08 02 28 01"); // ended, not_possible
    ReachAnswer answer = ReachAnswer.parseFrom(bytes);
    assertThat(answer.getEnded()).isEqualTo(2);
    assertThat(answer.getNotUnderstood()).isFalse();
    assertThat(answer.toByteArray()).isEqualTo(bytes);
  }
}
