package io.polyhub.graphql;

import io.polyhub.channel.JsonPayload;
import io.polyhub.channel.Publication;
import io.polyhub.hub.Downlink;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A publication as the schema's type {@code Message} shows it.
 *
 * @param publication the publication
 * @param json its payload, if that is JSON, or null
 * @param source from where it comes
 * @param cursor the place after it, or null where nothing is kept
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
record MessageView(
    Publication publication,
    @Nullable RawJson json,
    Downlink.Source source,
    @Nullable String cursor) {

  /**
   * The payload as JSON, or null if it is none. Kept by the publication, so not to be called from
   * within {@link Publication#memo}.
   */
  static @Nullable RawJson json(Publication publication) {
    return JsonPayload.of(publication).map(RawJson::new).orElse(null);
  }

  /** The payload as text, or null if it is not well-formed UTF-8. */
  @Nullable String text() {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(publication.payload()))
          .toString();
    } catch (CharacterCodingException notText) {
      return null;
    }
  }
}
