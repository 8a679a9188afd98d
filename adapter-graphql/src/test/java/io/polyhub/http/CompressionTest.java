package io.polyhub.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompressionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gzip | true
          GZIP | true
          x-gzip | true
          br, gzip;q=0.5 | true
          gzip;q=0.001 | true
          * | true
          deflate, *;q=0.1 | true
          *;q=0, gzip | true
          gzip;q=0 | false
          gzip; q=0.000 | false
          gzip;q=0, * | false
          *;q=0 | false
          br, deflate | false
          identity | false
          gzipped | false
          '' | false
          """)
  void gzip_is_accepted_if_it_is_named_or_meant_by_a_star(String accepted, boolean accepts) {
    assertThat(Compression.acceptsGzip(List.of(accepted))).isEqualTo(accepts);
  }

  @Test
  void several_headers_are_one_list() {
    assertThat(Compression.acceptsGzip(List.of("br", "gzip"))).isTrue();
    assertThat(Compression.acceptsGzip(List.of())).isFalse();
  }
}
