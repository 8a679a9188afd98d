package io.polyhub.proto;

import static io.polyhub.proto.LampContract.BEFORE;
import static io.polyhub.proto.LampContract.add;
import static io.polyhub.proto.LampContract.field;
import static io.polyhub.proto.LampContract.lamp;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves that the check finds what breaks, and nothing else. */
final class BreakingChangesTest {

  static Stream<Arguments> breaking() {
    return Stream.of(
        row(
            "a field is removed",
            file -> lamp(file).removeField(1),
            "field 2 of lamp.v1.Lamp: removed"),
        row(
            "a field is removed and its number reserved",
            file -> lamp(file).removeField(1).addReservedRangeBuilder().setStart(2).setEnd(3),
            "field 2 of lamp.v1.Lamp: removed"),
        row(
            "a field gets another number",
            file -> field(file, 0).setNumber(6),
            "field 1 of lamp.v1.Lamp: removed"),
        row(
            "two fields swap their numbers",
            file -> {
              field(file, 3).setNumber(5);
              field(file, 4).setNumber(4);
            },
            "field 4 of lamp.v1.Lamp: name was 'on_for', is 'off_for'"),
        row(
            "a field gets another name",
            file -> field(file, 0).setName("color"),
            "field 1 of lamp.v1.Lamp: name was 'colour', is 'color'"),
        row(
            "a field gets another type",
            file -> field(file, 0).setType(FieldDescriptorProto.Type.TYPE_BYTES),
            "field 1 of lamp.v1.Lamp: type was 'TYPE_STRING', is 'TYPE_BYTES'"),
        row(
            "an integer gets another encoding",
            file -> field(file, 1).setType(FieldDescriptorProto.Type.TYPE_SINT32),
            "field 2 of lamp.v1.Lamp: type was 'TYPE_INT32', is 'TYPE_SINT32'"),
        row(
            "a field refers to another enum",
            file -> field(file, 2).setTypeName(".lamp.v1.Mood"),
            "field 3 of lamp.v1.Lamp: type was 'TYPE_ENUM .lamp.v1.State'"),
        row(
            "a single field becomes repeated",
            file -> field(file, 0).setLabel(Label.LABEL_REPEATED),
            "field 1 of lamp.v1.Lamp: label was 'LABEL_OPTIONAL', is 'LABEL_REPEATED'"),
        row(
            "a repeated field becomes single",
            file -> field(file, 1).setLabel(Label.LABEL_OPTIONAL),
            "field 2 of lamp.v1.Lamp: label was 'LABEL_REPEATED', is 'LABEL_OPTIONAL'"),
        row(
            "a field gets presence",
            file -> {
              field(file, 0).setProto3Optional(true).setOneofIndex(1);
              lamp(file).addOneofDeclBuilder().setName("_colour");
            },
            "field 1 of lamp.v1.Lamp: presence of its own was 'false', is 'true'"),
        row(
            "a field gets another name in JSON",
            file -> field(file, 3).setJsonName("on_for"),
            "field 4 of lamp.v1.Lamp: JSON name was 'onFor', is 'on_for'"),
        row(
            "a repeated field is packed otherwise",
            file -> field(file, 1).getOptionsBuilder().setPacked(false),
            "field 2 of lamp.v1.Lamp: packed was '', is 'false'"),
        row(
            "a field moves into a oneof",
            file -> field(file, 0).setOneofIndex(0),
            "field 1 of lamp.v1.Lamp: oneof was '', is 'time'"),
        row(
            "a field moves out of a oneof",
            file -> field(file, 4).clearOneofIndex(),
            "field 5 of lamp.v1.Lamp: oneof was 'time', is ''"),
        row(
            "a oneof gets another name",
            file -> lamp(file).getOneofDeclBuilder(0).setName("duration"),
            "field 4 of lamp.v1.Lamp: oneof was 'time', is 'duration'"),
        row(
            "a reserved number is given back",
            file -> lamp(file).getReservedRangeBuilder(0).setStart(11),
            "message lamp.v1.Lamp: number 10 to 12 is no longer reserved"),
        row(
            "a reserved number is used",
            file -> {
              lamp(file).clearReservedRange();
              add(file, "warmth", 12);
            },
            "message lamp.v1.Lamp: warmth uses the reserved number 12"),
        row(
            "a reserved name is given back",
            file -> lamp(file).clearReservedName(),
            "message lamp.v1.Lamp: name brightness is no longer reserved"),
        row(
            "a reserved name is used",
            file -> add(file, "brightness", 20),
            "message lamp.v1.Lamp: the reserved name brightness is used"),
        row(
            "a message is removed",
            file -> file.removeMessageType(2),
            "message lamp.v1.SwitchResponse: removed"),
        row(
            "a message gets another name",
            file -> lamp(file).setName("Light"),
            "message lamp.v1.Lamp: removed"),
        row(
            "a nested message is removed",
            file -> lamp(file).removeNestedType(0),
            "message lamp.v1.Lamp.Socket: removed"),
        row(
            "a nested message loses a field",
            file -> lamp(file).getNestedTypeBuilder(0).removeField(0),
            "field 1 of lamp.v1.Lamp.Socket: removed"),
        row("an enum is removed", file -> file.removeEnumType(0), "enum lamp.v1.State: removed"),
        row(
            "an enum value is removed",
            file -> file.getEnumTypeBuilder(0).removeValue(2),
            "value STATE_OFF of lamp.v1.State: removed"),
        row(
            "an enum value gets another name",
            file -> file.getEnumTypeBuilder(0).getValueBuilder(1).setName("STATE_LIT"),
            "value STATE_ON of lamp.v1.State: removed"),
        row(
            "an enum value gets another number",
            file -> file.getEnumTypeBuilder(0).getValueBuilder(1).setNumber(3),
            "value STATE_ON of lamp.v1.State: number was '1', is '3'"),
        row(
            "a reserved number of an enum is given back",
            file -> file.getEnumTypeBuilder(0).getReservedRangeBuilder(0).setEnd(8),
            "enum lamp.v1.State: number 8 to 9 is no longer reserved"),
        row(
            "the last reserved number of an enum is used",
            file -> file.getEnumTypeBuilder(0).addValueBuilder().setName("STATE_X").setNumber(9),
            "enum lamp.v1.State: STATE_X uses the reserved number 9"),
        row(
            "a reserved name of an enum is used",
            file ->
                file.getEnumTypeBuilder(0).addValueBuilder().setName("STATE_BROKEN").setNumber(3),
            "enum lamp.v1.State: the reserved name STATE_BROKEN is used"),
        row(
            "a service is removed",
            file -> file.removeService(0),
            "service lamp.v1.Lamps: removed"),
        row(
            "an rpc is removed",
            file -> file.getServiceBuilder(0).removeMethod(0),
            "rpc Switch of lamp.v1.Lamps: removed"),
        row(
            "an rpc takes another request",
            file -> file.getServiceBuilder(0).getMethodBuilder(0).setInputType(".lamp.v1.Lamp"),
            "rpc Switch of lamp.v1.Lamps: request was '.lamp.v1.SwitchRequest'"),
        row(
            "an rpc gives another response",
            file -> file.getServiceBuilder(0).getMethodBuilder(0).setOutputType(".lamp.v1.Lamp"),
            "rpc Switch of lamp.v1.Lamps: response was '.lamp.v1.SwitchResponse'"),
        row(
            "an rpc streams requests",
            file -> file.getServiceBuilder(0).getMethodBuilder(0).setClientStreaming(true),
            "rpc Switch of lamp.v1.Lamps: client streaming was 'false', is 'true'"),
        row(
            "an rpc streams responses",
            file -> file.getServiceBuilder(0).getMethodBuilder(0).setServerStreaming(true),
            "rpc Switch of lamp.v1.Lamps: server streaming was 'false', is 'true'"),
        row(
            "the file moves",
            file -> file.setName("lamp/lamp.proto"),
            "file lamp/v1/lamp.proto: removed"),
        row(
            "the package gets another name",
            file -> file.setPackage("lamp.v2"),
            "file lamp/v1/lamp.proto: package was 'lamp.v1', is 'lamp.v2'"),
        row(
            "the syntax changes",
            file -> file.setSyntax("proto2"),
            "file lamp/v1/lamp.proto: syntax was 'proto3', is 'proto2'"),
        row(
            "the Java package changes",
            file -> file.getOptionsBuilder().setJavaPackage("lamps"),
            "message lamp.v1.Lamp: Java package was 'lamp', is 'lamps'"),
        row(
            "the Java classes move into one",
            file -> file.getOptionsBuilder().setJavaMultipleFiles(false),
            "service lamp.v1.Lamps: Java class of its own was 'true', is 'false'"),
        row(
            "the Java outer class changes",
            file -> file.getOptionsBuilder().setJavaOuterClassname("Lamp"),
            "file lamp/v1/lamp.proto: Java outer class was 'LampProto', is 'Lamp'"));
  }

  static Stream<Arguments> compatible() {
    return Stream.of(
        row("nothing changes", file -> {}),
        row("a field is added", file -> add(file, "warmth", 6)),
        row("a field is added to a oneof", file -> add(file, "until", 6).setOneofIndex(0)),
        row("fields change places in the source", LampContract::swapFirstFields),
        row("a message is added", file -> file.addMessageTypeBuilder().setName("Lantern")),
        row(
            "a nested message is added",
            file -> lamp(file).addNestedTypeBuilder().setName("Shade")),
        row(
            "an enum value is added",
            file -> file.getEnumTypeBuilder(0).addValueBuilder().setName("STATE_DIM").setNumber(3)),
        row("an enum is added", file -> file.addEnumTypeBuilder().setName("Mood")),
        row("a service is added", file -> file.addServiceBuilder().setName("Lanterns")),
        row(
            "an rpc is added",
            file -> file.getServiceBuilder(0).addMethodBuilder().setName("Watch")),
        row(
            "more is reserved",
            file -> {
              lamp(file).getReservedRangeBuilder(0).setEnd(20);
              lamp(file).addReservedName("wattage");
            }),
        row(
            "a reserved range is written as several",
            file -> {
              lamp(file).clearReservedRange().addReservedRangeBuilder().setStart(12).setEnd(13);
              lamp(file).addReservedRangeBuilder().setStart(10).setEnd(12);
            }),
        row(
            "a field is deprecated",
            file -> field(file, 0).getOptionsBuilder().setDeprecated(true)),
        row("an import is added", file -> file.addDependency("google/protobuf/empty.proto")),
        row(
            "comments change",
            file ->
                file.getSourceCodeInfoBuilder().addLocationBuilder().setLeadingComments("A lamp")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("breaking")
  void what_breaks_is_found(
      String change, Consumer<FileDescriptorProto.Builder> edit, String line) {
    assertThat(after(edit)).anySatisfy(found -> assertThat(found).startsWith(line));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("compatible")
  void what_breaks_nothing_is_not_found(
      String change, Consumer<FileDescriptorProto.Builder> edit, String nothing) {
    assertThat(after(edit)).isEmpty();
  }

  @Test
  void a_message_that_moves_to_another_file_of_its_package_breaks_nothing() {
    FileDescriptorProto.Builder rest = BEFORE.toBuilder();
    FileDescriptorProto.Builder moved =
        BEFORE.toBuilder().setName("lamp/v1/switch.proto").clearService().clearEnumType();
    rest.removeMessageType(2).removeMessageType(1);
    moved.removeMessageType(0);

    assertThat(BreakingChanges.between(List.of(BEFORE), List.of(rest.build(), moved.build())))
        .isEmpty();
  }

  private static List<String> after(Consumer<FileDescriptorProto.Builder> edit) {
    FileDescriptorProto.Builder after = BEFORE.toBuilder();
    edit.accept(after);
    return BreakingChanges.between(List.of(BEFORE), List.of(after.build()));
  }

  private static Arguments row(
      String change, Consumer<FileDescriptorProto.Builder> edit, String... line) {
    return Arguments.of(change, edit, line.length == 0 ? "" : line[0]);
  }
}
