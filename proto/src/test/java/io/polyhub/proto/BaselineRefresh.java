package io.polyhub.proto;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the contracts of this build the new baseline. Its name keeps it out of every build: it runs
 * only when it is asked for, as proto/README.md says.
 */
final class BaselineRefresh {

  private static final Logger LOG = LoggerFactory.getLogger(BaselineRefresh.class);

  @Test
  void make_the_contracts_of_this_build_the_baseline() {
    if (Contracts.BASELINE.toFile().exists()) {
      BreakingChanges.between(Contracts.baseline(), Contracts.current())
          .forEach(change -> LOG.warn("from now on accepted: {}", change));
    }
    Contracts.makeBaseline();
    LOG.info("wrote {}", Contracts.BASELINE);
  }
}
