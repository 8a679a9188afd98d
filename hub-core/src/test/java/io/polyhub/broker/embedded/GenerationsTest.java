package io.polyhub.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.channel.Cursor;
import io.polyhub.channel.Position;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GenerationsTest {

  /** One came to 10, the next to 20, and the third is written. */
  private static final Generations THREE = Generations.of("a").with("b", 11).with("c", 21);

  private static Cursor at(String epoch, long offset) {
    return Cursor.of(new Position(epoch, offset));
  }

  @Test
  void a_place_that_a_generation_came_to_is_one_of_the_generation_of_now() {
    assertThat(THREE.renewed(at("a", 0))).isEqualTo(at("c", 0));
    assertThat(THREE.renewed(at("a", 10))).isEqualTo(at("c", 10));
    assertThat(THREE.renewed(at("b", 5))).isEqualTo(at("c", 5));
    assertThat(THREE.renewed(at("b", 20))).isEqualTo(at("c", 20));
    assertThat(THREE.renewed(at("c", 900))).isEqualTo(at("c", 900));
  }

  @Test
  void a_place_that_a_generation_did_not_come_to_stays_a_place_of_what_is_gone() {
    assertThat(THREE.renewed(at("a", 11))).isEqualTo(at("a", 11));
    assertThat(THREE.renewed(at("b", 21))).isEqualTo(at("b", 21));
    assertThat(THREE.renewed(at("unknown", 1))).isEqualTo(at("unknown", 1));
  }

  @Test
  void of_several_places_that_of_the_newest_generation_counts() {
    assertThat(THREE.renewed(at("a", 3).with(new Position("b", 15)))).isEqualTo(at("c", 15));
    assertThat(THREE.renewed(at("a", 3).with(new Position("b", 30)))).isEqualTo(at("b", 30));
    assertThat(THREE.renewed(at("a", 3).with(new Position("c", 40)))).isEqualTo(at("c", 40));
    assertThat(THREE.renewed(at("a", 3).with(new Position("other", 7))))
        .isEqualTo(at("c", 3).with(new Position("other", 7)));
  }

  @Test
  void past_the_limit_the_oldest_are_forgotten() {
    Generations many = Generations.of("first");
    for (int i = 1; i < Generations.MOST; i++) {
      many = many.with("e" + i, i + 1);
    }
    assertThat(many.size()).isEqualTo(Generations.MOST);
    assertThat(many.renewed(at("first", 1)).offset(many.epoch())).hasValue(1);
    Generations more = many.with("last", Generations.MOST + 1);
    assertThat(more.size()).isEqualTo(Generations.MOST);
    assertThat(more.renewed(at("first", 1))).isEqualTo(at("first", 1));
    assertThat(more.renewed(at("e1", 2))).isEqualTo(at("last", 2));
  }

  @Test
  void they_are_read_as_they_were_written_and_nothing_else_is() {
    byte[] stored = THREE.encode();
    Generations read = Generations.decode(stored);
    assertThat(read.encode()).isEqualTo(stored);
    assertThat(read.renewed(at("b", 20))).isEqualTo(at("c", 20));
    for (int cut : new int[] {0, 5, stored.length - 1}) {
      assertThatThrownBy(() -> Generations.decode(Arrays.copyOf(stored, cut)))
          .as("%s bytes", cut)
          .isInstanceOf(DamagedException.class);
    }
  }
}
