package io.polyhub.broker.nats.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class UserHashesTest {

  private static UserHashes.Part users(int from, int to) {
    return UserHashes.of(IntStream.range(from, to).mapToObj(i -> "user-" + i).toList());
  }

  @Test
  void few_users_are_counted_exactly_however_they_overlap() {
    assertThat(UserHashes.count(List.of())).isZero();
    assertThat(UserHashes.count(List.of(users(0, 0), users(0, 1)))).isEqualTo(1);
    assertThat(UserHashes.count(List.of(users(0, 600), users(300, 900), users(899, 1_000))))
        .isEqualTo(1_000);
    assertThat(UserHashes.count(List.of(users(0, 2_000), users(1_000, 2_048)))).isEqualTo(2_048);
    assertThat(UserHashes.count(List.of(users(0, 2_048), users(2_048, 4_096)))).isEqualTo(4_096);
  }

  @Test
  void many_users_are_estimated_from_a_bounded_part_of_their_hashes() {
    UserHashes.Part large = users(0, 100_000);
    assertThat(large.hashes()).hasSize(UserHashes.MOST);
    int count = UserHashes.count(List.of(large, users(50_000, 150_000), users(0, 10)));
    assertThat(count).isCloseTo(150_000, Percentage.withPercentage(10));
  }

  @Test
  void an_estimate_lies_between_what_is_certain() {
    assertThat(UserHashes.count(List.of(users(0, 50_000)))).isEqualTo(50_000);
    assertThat(UserHashes.count(List.of(users(0, 50_000), users(0, 50_000))))
        .isBetween(50_000, 100_000);
    assertThat(UserHashes.count(List.of(users(0, 50_000), users(50_000, 50_001))))
        .isBetween(50_000, 50_001);
  }

  @Test
  void a_hash_is_the_same_in_every_version() {
    assertThat(UserHashes.hash("")).isEqualTo(mixed(0xcbf29ce484222325L));
    assertThat(UserHashes.hash("a")).isEqualTo(mixed(0xaf63dc4c8601ec8cL));
    assertThat(UserHashes.hash("foobar")).isEqualTo(mixed(0x85944171f73967e8L));
  }

  /** The published test vectors of FNV-1a are those without the mixing. */
  private static long mixed(long hash) {
    long mixed = hash;
    for (int i = 0; i < 2; i++) {
      mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8feb86659fd93L;
    }
    return mixed ^ (mixed >>> 32);
  }
}
