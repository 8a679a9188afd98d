package io.polyhub.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.TextFormat;

/** A small contract that has something of every kind, and the handles by which tests alter it. */
final class LampContract {

  static final FileDescriptorProto BEFORE =
      parse(
          """
          name: "lamp/v1/lamp.proto"
          package: "lamp.v1"
          syntax: "proto3"
          options { java_package: "lamp" java_multiple_files: true java_outer_classname: "LampProto" }
          message_type {
            name: "Lamp"
            field { name: "colour" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "colour" }
            field { name: "levels" number: 2 type: TYPE_INT32 label: LABEL_REPEATED json_name: "levels" }
            field {
              name: "state" number: 3 type: TYPE_ENUM type_name: ".lamp.v1.State"
              label: LABEL_OPTIONAL json_name: "state"
            }
            field {
              name: "on_for" number: 4 type: TYPE_INT64 label: LABEL_OPTIONAL json_name: "onFor"
              oneof_index: 0
            }
            field {
              name: "off_for" number: 5 type: TYPE_INT64 label: LABEL_OPTIONAL json_name: "offFor"
              oneof_index: 0
            }
            oneof_decl { name: "time" }
            nested_type {
              name: "Socket"
              field { name: "size" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL json_name: "size" }
            }
            reserved_range { start: 10 end: 13 }
            reserved_name: "brightness"
          }
          message_type { name: "SwitchRequest" }
          message_type { name: "SwitchResponse" }
          enum_type {
            name: "State"
            value { name: "STATE_UNSPECIFIED" number: 0 }
            value { name: "STATE_ON" number: 1 }
            value { name: "STATE_OFF" number: 2 }
            reserved_range { start: 8 end: 9 }
            reserved_name: "STATE_BROKEN"
          }
          service {
            name: "Lamps"
            method {
              name: "Switch" input_type: ".lamp.v1.SwitchRequest" output_type: ".lamp.v1.SwitchResponse"
            }
          }
          """);

  private LampContract() {}

  static DescriptorProto.Builder lamp(FileDescriptorProto.Builder file) {
    return file.getMessageTypeBuilder(0);
  }

  static FieldDescriptorProto.Builder field(FileDescriptorProto.Builder file, int index) {
    return lamp(file).getFieldBuilder(index);
  }

  static FieldDescriptorProto.Builder add(
      FileDescriptorProto.Builder file, String name, int number) {
    return lamp(file)
        .addFieldBuilder()
        .setName(name)
        .setNumber(number)
        .setType(FieldDescriptorProto.Type.TYPE_INT64)
        .setLabel(Label.LABEL_OPTIONAL)
        .setJsonName(name);
  }

  static void swapFirstFields(FileDescriptorProto.Builder file) {
    FieldDescriptorProto first = lamp(file).getField(0);
    lamp(file).setField(0, lamp(file).getField(1)).setField(1, first);
  }

  private static FileDescriptorProto parse(String text) {
    try {
      return TextFormat.parse(text, FileDescriptorProto.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
