package io.polyhub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.channel.JsonPayload;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Refusal;
import io.polyhub.hub.UnsubscribeReason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodesTest {

  @ParameterizedTest
  @EnumSource
  void every_refusal_is_an_error_that_says_alike_whether_to_try_again(Refusal refusal) {
    CentrifugeError error = CentrifugeError.of(refusal);
    assertThat(error.temporary()).isEqualTo(refusal.temporary());
    assertThat(error.code()).isBetween(100, 112);
  }

  @ParameterizedTest
  @EnumSource
  void every_close_reason_has_a_code_whose_range_invites_back_who_may_come_back(
      CloseReason reason) {
    CentrifugeCloseCode code = CentrifugeCloseCode.of(reason);
    boolean invited = code.code() >= 3000 && code.code() < 3500;
    boolean gone = reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.TRANSPORT_LOST;
    assertThat(invited).isEqualTo(reason.comeBack() || gone);
  }

  @ParameterizedTest
  @EnumSource
  void every_close_code_can_be_sent_and_its_text_is_no_json(CentrifugeCloseCode code) {
    assertThat(new WebSocketClose(code.code(), code.text()).code()).isEqualTo(code.code());
    assertThat(JsonPayload.isJson(code.text().getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(code.reason()).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void every_unsubscribe_reason_has_a_code(UnsubscribeReason reason) {
    CentrifugeUnsubscribeCode code = CentrifugeUnsubscribeCode.of(reason);
    boolean again =
        reason == UnsubscribeReason.EXPIRED || reason == UnsubscribeReason.POSITION_LOST;
    assertThat(code.code() >= 2500).isEqualTo(again);
    assertThat(code.code()).isBetween(2000, 2599);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000})
  void codes_that_may_not_be_sent_are_not(int code) {
    assertThatThrownBy(() -> new WebSocketClose(code, "")).hasMessageContaining("code: " + code);
  }

  @Test
  void a_reason_fits_into_a_control_frame() {
    assertThat(new WebSocketClose(4000, "é".repeat(61) + "x").reason()).isNotEmpty();
    assertThatThrownBy(() -> new WebSocketClose(4000, "é".repeat(62)))
        .hasMessage("reason: 124 bytes (expected: at most 123)");
  }
}
