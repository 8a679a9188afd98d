package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Holds the contracts of this build against those that are in use. */
final class BaselineTest {

  @Test
  void the_contracts_break_nothing_that_is_in_use() {
    assertThat(BreakingChanges.between(Contracts.baseline(), Contracts.current()))
        .as("breaking changes; see proto/README.md")
        .isEmpty();
  }

  @Test
  void the_baseline_holds_every_contract() {
    assertThat(Contracts.baseline())
        .extracting(file -> file.getName())
        .containsExactlyInAnyOrderElementsOf(
            Contracts.current().stream().map(file -> file.getName()).toList());
  }
}
