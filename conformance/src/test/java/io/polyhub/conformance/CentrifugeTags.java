package io.polyhub.conformance;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Header;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what the server says about a publication in the Centrifuge protocol's tags. */
final class CentrifugeTags {

  private CentrifugeTags() {}

  static Message message(String channel, boolean json, ByteString data, Map<String, String> given) {
    Map<String, String> tags = new TreeMap<>(given);
    ByteString payload = data;
    if (json && "base64".equals(tags.remove("encoding"))) {
      String text = data.toStringUtf8();
      payload = decoded(text.substring(1, text.length() - 1));
    }
    boolean byFilter = channel.contains("+") || channel.contains("#");
    String real = byFilter ? tags.remove("channel") : null;
    tags.remove("channel", channel);
    String contentType = tags.remove("content-type");
    String replyTo = tags.remove("reply-to");
    String correlationId = tags.remove("correlation-id");
    List<Header> headers = new ArrayList<>();
    tags.forEach((name, value) -> headers.add(new Header(name, value)));
    return new Message(
        real == null ? channel : real,
        payload,
        contentType == null ? "" : contentType,
        headers,
        replyTo == null ? "" : replyTo,
        correlationId == null ? ByteString.EMPTY : decoded(correlationId));
  }

  private static ByteString decoded(String base64) {
    return ByteString.copyFrom(Base64.getDecoder().decode(base64));
  }
}
