package io.polyhub.server.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.polyhub.proto.v1.Header;
import io.polyhub.proto.v1.Message;
import io.polyhub.proto.v1.Publication;
import io.polyhub.server.json.Json;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints each message in one line: for people the channel, a tab and the payload; for machines a
 * JSON object with everything, its {@code cursor} being what {@code --since} takes.
 */
final class MessagePrinter {

  private final PrintStream out;
  private final boolean json;

  MessagePrinter(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Prints a message; tells whether there still is somebody to print for. */
  boolean print(Message message) {
    out.println(json ? machineLine(message) : humanLine(message.getPublication()));
    return !out.checkError();
  }

  private static String humanLine(Publication publication) {
    ByteString payload = publication.getPayload();
    String shown =
        payload.isValidUtf8()
            ? payload.toStringUtf8()
            : "base64:" + Base64.getEncoder().encodeToString(payload.toByteArray());
    return escaped(publication.getChannel()) + "\t" + escaped(shown);
  }

  /** What a message holds must neither break the line nor steer the terminal. */
  private static String escaped(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
              if (Character.isISOControl(c)) {
                line.append(String.format("\\u%04x", c));
              } else {
                line.appendCodePoint(c);
              }
            }
          }
        });
    return line.toString();
  }

  private static String machineLine(Message message) {
    Publication publication = message.getPublication();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("channel", publication.getChannel());
    fields.put("cursor", message.getCursor());
    if (publication.hasTime()) {
      fields.put("time", time(publication.getTime()));
    }
    if (publication.hasPublisher() && !publication.getPublisher().getUser().isEmpty()) {
      fields.put("user", publication.getPublisher().getUser());
    }
    put(fields, "contentType", publication.getContentType());
    if (publication.getHeadersCount() > 0) {
      fields.put(
          "headers", publication.getHeadersList().stream().map(MessagePrinter::header).toList());
    }
    put(fields, "replyTo", publication.getReplyTo());
    if (publication.hasCorrelationId()) {
      fields.put("correlationId", base64(publication.getCorrelationId()));
    }
    if (publication.getRetained()) {
      fields.put("retained", true);
    }
    ByteString payload = publication.getPayload();
    if (payload.isValidUtf8()) {
      fields.put("text", payload.toStringUtf8());
    } else {
      fields.put("base64", base64(payload));
    }
    return Json.text(fields);
  }

  private static String time(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
  }

  private static void put(Map<String, Object> fields, String name, String value) {
    if (!value.isEmpty()) {
      fields.put(name, value);
    }
  }

  private static List<String> header(Header header) {
    return List.of(header.getName(), header.getValue());
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
