package io.polyhub.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.polyhub.channel.Publication;
import java.util.Optional;

/** Whatever lies in the store is understood or refused, and what is understood can be stored. */
class EnvelopeFuzzTest {

  @FuzzTest
  void an_envelope_is_understood_or_refused(byte[] bytes) {
    Optional<Publication> found = EnvelopeCodec.decode(ByteString.copyFrom(bytes));
    if (found.isPresent()) {
      byte[] again = EnvelopeCodec.encode(found.get(), null);
      assertThat(EnvelopeCodec.decode(ByteString.copyFrom(again)).orElseThrow())
          .usingRecursiveComparison()
          .isEqualTo(found.get());
    }
  }
}
