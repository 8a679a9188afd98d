package io.polyhub.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.polyhub.proto.centrifuge.Command;
import io.polyhub.proto.centrifuge.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The JSON form of the Centrifuge protocol's messages: names as in the schema, numbers as numbers,
 * and what is bytes in Protobuf as the JSON value itself.
 */
final class CentrifugeJson {

  private static final JsonMapper MAPPER = new JsonMapper();

  private CentrifugeJson() {}

  static String encode(Command command) {
    return object(command).toString();
  }

  private static ObjectNode object(Message message) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      object.set(field.getKey().getName(), value(field.getKey(), field.getValue()));
    }
    return object;
  }

  private static JsonNode value(FieldDescriptor field, Object value) {
    if (field.isRepeated()) {
      throw new IllegalArgumentException("field: " + field + " (expected: none that repeats)");
    }
    return switch (field.getJavaType()) {
      case MESSAGE -> object((Message) value);
      case BYTE_STRING -> parse(((ByteString) value).toStringUtf8());
      default -> MAPPER.valueToTree(value);
    };
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException notJson) {
      throw new IllegalArgumentException("json: " + json + " (expected: JSON)", notJson);
    }
  }

  /** The replies of a frame. */
  static List<Reply> decode(String frame) {
    List<Reply> replies = new ArrayList<>();
    frame
        .lines()
        .forEach(line -> {
          Reply.Builder reply = Reply.newBuilder();
          fill(reply, parse(line));
          replies.add(reply.build());
        });
    return replies;
  }

  private static void fill(Message.Builder message, JsonNode object) {
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      FieldDescriptor field = message.getDescriptorForType().findFieldByName(member.getKey());
      if (field == null) {
        throw new AssertionError("the protocol has no member " + member.getKey());
      }
      if (field.isMapField()) {
        for (Map.Entry<String, JsonNode> entry : member.getValue().properties()) {
          Message.Builder pair = message.newBuilderForField(field);
          FieldDescriptor value = pair.getDescriptorForType().findFieldByNumber(2);
          pair.setField(pair.getDescriptorForType().findFieldByNumber(1), entry.getKey());
          pair.setField(value, value(pair, value, entry.getValue()));
          message.addRepeatedField(field, pair.build());
        }
      } else if (field.isRepeated()) {
        for (JsonNode item : (ArrayNode) member.getValue()) {
          message.addRepeatedField(field, value(message, field, item));
        }
      } else {
        message.setField(field, value(message, field, member.getValue()));
      }
    }
  }

  private static Object value(Message.Builder message, FieldDescriptor field, JsonNode value) {
    return switch (field.getJavaType()) {
      case INT -> value.intValue();
      case LONG -> value.longValue();
      case BOOLEAN -> value.booleanValue();
      case STRING -> value.textValue();
      case BYTE_STRING -> ByteString.copyFromUtf8(value.toString());
      case MESSAGE -> {
        Message.Builder inner = message.newBuilderForField(field);
        fill(inner, value);
        yield inner.build();
      }
      case FLOAT, DOUBLE, ENUM ->
          throw new IllegalArgumentException("field: " + field + " (expected: another type)");
    };
  }
}
