package io.polyhub.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.server.config.LoggingConfig;
import io.polyhub.server.config.LoggingConfig.Format;
import io.polyhub.server.config.LoggingConfig.Level;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class RepeatLimitTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AtomicLong now = new AtomicLong(1);
  private final Logger log = LoggerFactory.getLogger("io.polyhub.test");

  @AfterEach
  void log_as_before() {
    Logs.quiet(System.err);
  }

  private long lines(String part) {
    return out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains(part)).count();
  }

  private void configure(Level level) {
    Logs.configure(new LoggingConfig(Format.TEXT, level), out, now::get);
  }

  @Test
  void one_kind_of_line_is_let_through_so_often_in_a_second_and_no_other_suffers() {
    configure(Level.INFO);

    for (int i = 0; i < 1_000; i++) {
      log.warn("refused {}", i);
    }
    log.warn("something else");

    assertThat(lines("refused ")).isEqualTo(RepeatLimit.LINES_PER_SECOND);
    assertThat(lines("something else")).isEqualTo(1);
  }

  @Test
  void how_many_were_held_back_is_told_in_the_next_second() {
    configure(Level.INFO);
    for (int i = 0; i < 25; i++) {
      log.warn("refused {}", i);
    }

    now.addAndGet(1_000_000_000L);
    log.warn("refused {}", "again");

    assertThat(lines("15 lines of this kind were held back: refused {}")).isEqualTo(1);
    assertThat(lines("refused again")).isEqualTo(1);
  }

  @Test
  void who_asks_for_details_gets_them_all() {
    configure(Level.DEBUG);

    for (int i = 0; i < 100; i++) {
      log.debug("closed {}", i);
    }

    assertThat(lines("closed ")).isEqualTo(100);
  }

  @Test
  void kinds_without_number_do_not_fill_the_memory() {
    configure(Level.INFO);

    for (int i = 0; i < 3 * RepeatLimit.MAX_KINDS; i++) {
      log.info("made up at run time " + i);
    }

    assertThat(lines("made up at run time")).isEqualTo(3 * RepeatLimit.MAX_KINDS);
  }
}
