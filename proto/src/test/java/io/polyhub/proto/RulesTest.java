package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds each contract against the rules, and the rules against contracts that breach them. */
final class RulesTest {

  static final List<String> FILES =
      List.of(
          "centrifugal/protocol/v2/client.proto",
          "polyhub/envelope/v1/envelope.proto",
          "polyhub/nodes/v1/nodes.proto",
          "polyhub/v1/hub.proto");

  static Stream<Arguments> breaches() {
    return Stream.of(
        row(
            file -> file.setName("polyhub/hub.proto"),
            "polyhub/hub.proto: not so: lies in the folder of its package"),
        row(
            file -> file.setPackage("polyhub").setName("polyhub/hub.proto"),
            "polyhub/hub.proto: not so: has a package with a version"),
        row(
            file -> file.setName("polyhub/v1/Hub.proto"),
            "polyhub/v1/Hub.proto: not so: has a name in lower_snake"),
        row(file -> file.setSyntax("proto2"), "polyhub/v1/hub.proto: not so: is proto3"),
        row(
            file -> file.getOptionsBuilder().setJavaPackage("com.example"),
            "polyhub/v1/hub.proto: not so: has a Java package of ours"),
        row(
            file -> file.getOptionsBuilder().clearJavaMultipleFiles(),
            "polyhub/v1/hub.proto: not so: gives each message its Java class"),
        row(
            file -> file.getOptionsBuilder().clearJavaOuterClassname(),
            "polyhub/v1/hub.proto: not so: names its Java outer class"),
        row(
            file -> file.getOptionsBuilder().clearGoPackage(),
            "polyhub/v1/hub.proto: not so: names its package in each language"),
        row(
            file -> message(file, "Hello").setName("hello"),
            "polyhub.v1.hello: not so: has a name in PascalCase"),
        row(
            file -> message(file, "Hello").getFieldBuilder(1).setName("clientName"),
            "polyhub.v1.Hello.clientName: not so: is in lower_snake"),
        row(
            file -> message(file, "Subscribe").getOneofDeclBuilder(0).setName("Start"),
            "polyhub.v1.Subscribe.Start: not so: is in lower_snake"),
        row(
            file -> enumeration(file, "LastValues").setName("Lasts"),
            "polyhub.v1.Lasts: not so: begins with LASTS_UNSPECIFIED = 0"),
        row(
            file -> enumeration(file, "LastValues").removeValue(0),
            "polyhub.v1.LastValues: not so: begins with LAST_VALUES_UNSPECIFIED = 0"),
        row(
            file -> enumeration(file, "LastValues").getValueBuilder(0).setNumber(9),
            "polyhub.v1.LastValues: not so: begins with LAST_VALUES_UNSPECIFIED = 0"),
        row(
            file -> enumeration(file, "LastValues").getValueBuilder(2).setName("ALWAYS"),
            "polyhub.v1.LastValues.ALWAYS: not so: begins with its enum's name, in UPPER_SNAKE"),
        row(
            file -> enumeration(file, "LastValues").getOptionsBuilder().setAllowAlias(true),
            "polyhub.v1.LastValues: not so: has no two names for one number"),
        row(
            file -> rpc(file, 1).setName("publish"),
            "polyhub.v1.Hub.publish: not so: has a name in PascalCase"),
        row(
            file -> rpc(file, 2).setInputType(".polyhub.v1.PublishRequest"),
            "polyhub.v1.Hub.History: not so: has request and response of its own"),
        row(
            file -> rpc(file, 1).setInputType(".polyhub.v1.Publish"),
            "polyhub.v1.Hub.Publish: not so: names its request after itself"),
        row(
            file -> rpc(file, 1).setOutputType(".polyhub.v1.Published"),
            "polyhub.v1.Hub.Publish: not so: names its response after itself"));
  }

  @Test
  void every_contract_is_checked() {
    assertThat(Contracts.current())
        .extracting(FileDescriptorProto::getName)
        .containsExactlyInAnyOrderElementsOf(FILES);
  }

  @ParameterizedTest
  @FieldSource("FILES")
  void the_contract_keeps_every_rule(String name) {
    assertThat(Rules.breachedBy(contract(name))).isEmpty();
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("breaches")
  void a_breach_is_found(Consumer<FileDescriptorProto.Builder> edit, String breach) {
    FileDescriptorProto.Builder file = contract("polyhub/v1/hub.proto").toBuilder();
    edit.accept(file);

    assertThat(Rules.breachedBy(file.build())).contains(breach);
  }

  @ParameterizedTest
  @FieldSource("FILES")
  void each_comment_that_is_missing_is_found(String name) {
    FileDescriptorProto file = contract(name);
    long required = Promises.of(List.of(file)).elements().size() + oneofs(file) - mapParts(file);
    long found = 0;
    for (int i = 0; i < file.getSourceCodeInfo().getLocationCount(); i++) {
      Location location = file.getSourceCodeInfo().getLocation(i);
      if (location.hasLeadingComments()) {
        FileDescriptorProto.Builder mute = file.toBuilder();
        mute.getSourceCodeInfoBuilder().getLocationBuilder(i).setLeadingComments(" \n");
        assertThat(Rules.breachedBy(mute.build()))
            .as(location.getLeadingComments())
            .singleElement()
            .asString()
            .endsWith("not so: has a comment above it");
        found++;
      }
    }
    assertThat(found).isEqualTo(required);
  }

  private static long oneofs(FileDescriptorProto file) {
    return file.getMessageTypeList().stream()
        .mapToLong(message ->
            message.getOneofDeclCount()
                - message.getFieldList().stream().filter(f -> f.getProto3Optional()).count())
        .sum();
  }

  /** The message, the key and the value that the compiler makes for each map. */
  private static long mapParts(FileDescriptorProto file) {
    return 3
        * file.getMessageTypeList().stream()
            .flatMap(message -> message.getNestedTypeList().stream())
            .filter(nested -> nested.getOptions().getMapEntry())
            .count();
  }

  private static FileDescriptorProto contract(String name) {
    return Contracts.current().stream()
        .filter(file -> file.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Arguments row(Consumer<FileDescriptorProto.Builder> edit, String breach) {
    return Arguments.of(edit, breach);
  }

  private static DescriptorProto.Builder message(FileDescriptorProto.Builder file, String name) {
    return file.getMessageTypeBuilderList().stream()
        .filter(message -> message.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static EnumDescriptorProto.Builder enumeration(
      FileDescriptorProto.Builder file, String name) {
    return file.getEnumTypeBuilderList().stream()
        .filter(type -> type.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static MethodDescriptorProto.Builder rpc(FileDescriptorProto.Builder file, int index) {
    return file.getServiceBuilder(0).getMethodBuilder(index);
  }
}
