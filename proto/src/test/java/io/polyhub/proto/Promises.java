package io.polyhub.proto;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a set of contracts promises to those who already use it: its elements, and of each element
 * the aspects which may not change. A field is known by its number, everything else by its name.
 *
 * @param elements aspects and their values, by element
 * @param reserved numbers and names that may not be used, by the message or enum that reserves them
 */
record Promises(Map<String, Map<String, String>> elements, Map<String, Reserved> reserved) {

  /** Collects what these contracts promise. */
  static Promises of(List<FileDescriptorProto> files) {
    Promises promises = new Promises(new LinkedHashMap<>(), new LinkedHashMap<>());
    files.forEach(promises::addFile);
    return promises;
  }

  private void addFile(FileDescriptorProto file) {
    Map<String, String> aspects = new LinkedHashMap<>();
    aspects.put("package", file.getPackage());
    aspects.put("syntax", file.getSyntax());
    aspects.put("Java outer class", file.getOptions().getJavaOuterClassname());
    aspects.putAll(place(file));
    elements.put("file " + file.getName(), aspects);
    String scope = file.getPackage();
    file.getMessageTypeList().forEach(message -> addMessage(file, scope, message));
    file.getEnumTypeList().forEach(type -> addEnum(file, scope, type));
    file.getServiceList().forEach(service -> addService(file, scope, service));
  }

  /** Where Java finds what a file declares; it may move to another file, but not from there. */
  private static Map<String, String> place(FileDescriptorProto file) {
    return Map.of(
        "Java package",
        file.getOptions().getJavaPackage(),
        "Java class of its own",
        String.valueOf(file.getOptions().getJavaMultipleFiles()));
  }

  private void addMessage(FileDescriptorProto file, String scope, DescriptorProto message) {
    String name = scope + "." + message.getName();
    elements.put("message " + name, place(file));
    reserved.put("message " + name, Reserved.by(message));
    for (FieldDescriptorProto field : message.getFieldList()) {
      elements.put("field " + field.getNumber() + " of " + name, aspects(message, field));
    }
    message.getNestedTypeList().forEach(nested -> addMessage(file, name, nested));
    message.getEnumTypeList().forEach(nested -> addEnum(file, name, nested));
  }

  private static Map<String, String> aspects(DescriptorProto message, FieldDescriptorProto field) {
    Map<String, String> aspects = new LinkedHashMap<>();
    aspects.put("name", field.getName());
    aspects.put("type", (field.getType().name() + " " + field.getTypeName()).strip());
    aspects.put("label", field.getLabel().name());
    aspects.put("presence of its own", String.valueOf(field.getProto3Optional()));
    aspects.put("JSON name", field.getJsonName());
    aspects.put(
        "packed",
        field.getOptions().hasPacked() ? String.valueOf(field.getOptions().getPacked()) : "");
    aspects.put(
        "oneof",
        field.hasOneofIndex() && !field.getProto3Optional()
            ? message.getOneofDecl(field.getOneofIndex()).getName()
            : "");
    return aspects;
  }

  private void addEnum(FileDescriptorProto file, String scope, EnumDescriptorProto type) {
    String name = scope + "." + type.getName();
    elements.put("enum " + name, place(file));
    reserved.put("enum " + name, Reserved.by(type));
    for (EnumValueDescriptorProto value : type.getValueList()) {
      elements.put(
          "value " + value.getName() + " of " + name,
          Map.of("number", String.valueOf(value.getNumber())));
    }
  }

  private void addService(FileDescriptorProto file, String scope, ServiceDescriptorProto service) {
    String name = scope + "." + service.getName();
    elements.put("service " + name, place(file));
    for (MethodDescriptorProto rpc : service.getMethodList()) {
      Map<String, String> aspects = new LinkedHashMap<>();
      aspects.put("request", rpc.getInputType());
      aspects.put("response", rpc.getOutputType());
      aspects.put("client streaming", String.valueOf(rpc.getClientStreaming()));
      aspects.put("server streaming", String.valueOf(rpc.getServerStreaming()));
      elements.put("rpc " + rpc.getName() + " of " + name, aspects);
    }
  }

  /**
   * What a message or an enum reserves, and what it uses.
   *
   * @param ranges the reserved numbers
   * @param names the reserved names
   * @param used the numbers in use, by name
   */
  record Reserved(List<Range> ranges, List<String> names, Map<String, Integer> used) {

    private static Reserved by(DescriptorProto message) {
      List<Range> ranges = new ArrayList<>();
      message
          .getReservedRangeList()
          .forEach(range -> ranges.add(new Range(range.getStart(), range.getEnd() - 1)));
      Map<String, Integer> used = new LinkedHashMap<>();
      message.getFieldList().forEach(field -> used.put(field.getName(), field.getNumber()));
      return new Reserved(ranges, message.getReservedNameList(), used);
    }

    private static Reserved by(EnumDescriptorProto type) {
      List<Range> ranges = new ArrayList<>();
      // Unlike those of a message, the ranges of an enum hold their end.
      type.getReservedRangeList()
          .forEach(range -> ranges.add(new Range(range.getStart(), range.getEnd())));
      Map<String, Integer> used = new LinkedHashMap<>();
      type.getValueList().forEach(value -> used.put(value.getName(), value.getNumber()));
      return new Reserved(ranges, type.getReservedNameList(), used);
    }

    /** Tells whether every number of the range is reserved here. */
    boolean covers(Range range) {
      long next = range.first();
      for (int round = 0; round <= ranges.size() && next <= range.last(); round++) {
        for (Range own : ranges) {
          if (own.contains(next)) {
            next = own.last() + 1L;
          }
        }
      }
      return next > range.last();
    }
  }

  /** The numbers from first to last, both among them. */
  record Range(int first, int last) {

    boolean contains(long number) {
      return first <= number && number <= last;
    }

    @Override
    public String toString() {
      return first == last ? String.valueOf(first) : first + " to " + last;
    }
  }
}
