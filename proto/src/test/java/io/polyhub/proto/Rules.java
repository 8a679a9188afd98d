package io.polyhub.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileOptions;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules for the text of a contract, which are listed in proto/README.md. */
final class Rules {

  private static final Pattern LOWER_SNAKE = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  private static final Pattern UPPER_SNAKE = Pattern.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");
  private static final Pattern PASCAL = Pattern.compile("[A-Z][A-Za-z0-9]*");
  private static final Pattern PACKAGE = Pattern.compile("[a-z][a-z0-9.]*\\.v[1-9][0-9]*");
  private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private final List<String> found = new ArrayList<>();
  private final Set<String> usedInRpcs = new HashSet<>();
  private final Set<List<Integer>> commented;

  private Rules(FileDescriptorProto file) {
    commented =
        file.getSourceCodeInfo().getLocationList().stream()
            .filter(location -> !location.getLeadingComments().isBlank())
            .map(Location::getPathList)
            .collect(Collectors.toSet());
  }

  /** Returns one line for each breach of a rule. The file must come with its comments. */
  static List<String> breachedBy(FileDescriptorProto file) {
    Rules rules = new Rules(file);
    rules.checkFile(file);
    return List.copyOf(rules.found);
  }

  private void checkFile(FileDescriptorProto file) {
    String name = file.getName();
    int slash = name.lastIndexOf('/');
    require(
        slash > 0 && name.substring(0, slash).replace('/', '.').equals(file.getPackage()),
        name,
        "lies in the folder of its package");
    require(PACKAGE.matcher(file.getPackage()).matches(), name, "has a package with a version");
    require(
        LOWER_SNAKE.matcher(name.substring(slash + 1).replaceFirst("\\.proto$", "")).matches(),
        name,
        "has a name in lower_snake");
    require(file.getSyntax().equals("proto3"), name, "is proto3");
    require(
        file.getOptions().getJavaPackage().startsWith("io.polyhub.proto."),
        name,
        "has a Java package of ours");
    require(file.getOptions().getJavaMultipleFiles(), name, "gives each message its Java class");
    require(file.getOptions().hasJavaOuterClassname(), name, "names its Java outer class");
    requireComment(name, List.of(FileDescriptorProto.SYNTAX_FIELD_NUMBER));
    if (file.getServiceCount() > 0) {
      require(namesPackages(file.getOptions()), name, "names its package in each language");
    }

    List<Integer> top = List.of();
    for (int i = 0; i < file.getMessageTypeCount(); i++) {
      List<Integer> path = path(top, FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i);
      checkMessage(file.getPackage(), file.getMessageType(i), path);
    }
    for (int i = 0; i < file.getEnumTypeCount(); i++) {
      List<Integer> path = path(top, FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i);
      checkEnum(file.getPackage(), file.getEnumType(i), path);
    }
    for (int i = 0; i < file.getServiceCount(); i++) {
      List<Integer> path = path(top, FileDescriptorProto.SERVICE_FIELD_NUMBER, i);
      checkService(file.getPackage(), file.getService(i), path);
    }
  }

  /** Clients generate code from the file as it is; protoc-gen-go refuses one without a package. */
  private static boolean namesPackages(FileOptions options) {
    return options.hasGoPackage()
        && options.hasCsharpNamespace()
        && options.hasObjcClassPrefix()
        && options.hasPhpNamespace()
        && options.hasPhpMetadataNamespace()
        && options.hasRubyPackage();
  }

  private void checkMessage(String scope, DescriptorProto message, List<Integer> path) {
    if (message.getOptions().getMapEntry()) {
      return; // made by the compiler
    }
    String name = scope + "." + message.getName();
    require(PASCAL.matcher(message.getName()).matches(), name, "has a name in PascalCase");
    requireComment(name, path);
    Set<Integer> madeByCompiler = new HashSet<>();
    for (int i = 0; i < message.getFieldCount(); i++) {
      FieldDescriptorProto field = message.getField(i);
      String fieldName = name + "." + field.getName();
      require(LOWER_SNAKE.matcher(field.getName()).matches(), fieldName, "is in lower_snake");
      requireComment(fieldName, path(path, DescriptorProto.FIELD_FIELD_NUMBER, i));
      if (field.getProto3Optional()) {
        madeByCompiler.add(field.getOneofIndex());
      }
    }
    for (int i = 0; i < message.getOneofDeclCount(); i++) {
      if (!madeByCompiler.contains(i)) {
        String oneof = message.getOneofDecl(i).getName();
        require(LOWER_SNAKE.matcher(oneof).matches(), name + "." + oneof, "is in lower_snake");
        requireComment(name + "." + oneof, path(path, DescriptorProto.ONEOF_DECL_FIELD_NUMBER, i));
      }
    }
    for (int i = 0; i < message.getNestedTypeCount(); i++) {
      List<Integer> nested = path(path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, i);
      checkMessage(name, message.getNestedType(i), nested);
    }
    for (int i = 0; i < message.getEnumTypeCount(); i++) {
      List<Integer> nested = path(path, DescriptorProto.ENUM_TYPE_FIELD_NUMBER, i);
      checkEnum(name, message.getEnumType(i), nested);
    }
  }

  private void checkEnum(String scope, EnumDescriptorProto type, List<Integer> path) {
    String name = scope + "." + type.getName();
    require(PASCAL.matcher(type.getName()).matches(), name, "has a name in PascalCase");
    require(!type.getOptions().getAllowAlias(), name, "has no two names for one number");
    requireComment(name, path);
    String prefix = upperSnake(type.getName()) + "_";
    EnumValueDescriptorProto zero = type.getValue(0);
    require(
        zero.getNumber() == 0 && zero.getName().equals(prefix + "UNSPECIFIED"),
        name,
        "begins with " + prefix + "UNSPECIFIED = 0");
    for (int i = 0; i < type.getValueCount(); i++) {
      String value = type.getValue(i).getName();
      require(
          value.startsWith(prefix) && UPPER_SNAKE.matcher(value).matches(),
          name + "." + value,
          "begins with its enum's name, in UPPER_SNAKE");
      requireComment(name + "." + value, path(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i));
    }
  }

  private void checkService(String scope, ServiceDescriptorProto service, List<Integer> path) {
    String name = scope + "." + service.getName();
    require(PASCAL.matcher(service.getName()).matches(), name, "has a name in PascalCase");
    requireComment(name, path);
    for (int i = 0; i < service.getMethodCount(); i++) {
      MethodDescriptorProto rpc = service.getMethod(i);
      String rpcName = name + "." + rpc.getName();
      require(PASCAL.matcher(rpc.getName()).matches(), rpcName, "has a name in PascalCase");
      requireComment(rpcName, path(path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, i));
      require(
          usedInRpcs.add(rpc.getInputType()) && usedInRpcs.add(rpc.getOutputType()),
          rpcName,
          "has request and response of its own");
      String prefix = "." + scope + "." + rpc.getName();
      require(
          rpc.getClientStreaming() || rpc.getInputType().equals(prefix + "Request"),
          rpcName,
          "names its request after itself");
      require(
          rpc.getServerStreaming() || rpc.getOutputType().equals(prefix + "Response"),
          rpcName,
          "names its response after itself");
    }
  }

  private void require(boolean kept, String element, String rule) {
    if (!kept) {
      found.add(element + ": not so: " + rule);
    }
  }

  private void requireComment(String element, List<Integer> path) {
    require(commented.contains(path), element, "has a comment above it");
  }

  private static List<Integer> path(List<Integer> parent, int field, int index) {
    return Stream.concat(parent.stream(), Stream.of(field, index)).toList();
  }

  private static String upperSnake(String pascal) {
    return WORD_START.matcher(pascal).replaceAll("_").toUpperCase(Locale.ROOT);
  }
}
