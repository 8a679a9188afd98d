package io.polyhub.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Takes each element of the real contracts away, one at a time, and sees whether it is missed. */
final class EveryRemovalTest {

  private final Map<String, FileDescriptorProto> without = new TreeMap<>();

  @Test
  void no_element_of_the_contracts_can_be_removed_unseen() {
    List<FileDescriptorProto> before = Contracts.current();
    before.forEach(this::removeEach);

    assertThat(without)
        .hasSize(Promises.of(before).elements().size() - before.size())
        .allSatisfy((element, altered) -> {
          List<FileDescriptorProto> after = new ArrayList<>(before);
          after.replaceAll(file -> file.getName().equals(altered.getName()) ? altered : file);
          assertThat(BreakingChanges.between(before, after)).contains(element + ": removed");
        });
  }

  private void removeEach(FileDescriptorProto file) {
    String scope = file.getPackage();
    for (int i = 0; i < file.getMessageTypeCount(); i++) {
      int index = i;
      DescriptorProto message = file.getMessageType(index);
      String name = scope + "." + message.getName();
      remove("message " + name, file, builder -> builder.removeMessageType(index));
      removeFrom(name, message, file, builder -> builder.getMessageTypeBuilder(index));
    }
    for (int i = 0; i < file.getEnumTypeCount(); i++) {
      int index = i;
      EnumDescriptorProto type = file.getEnumType(index);
      String name = scope + "." + type.getName();
      remove("enum " + name, file, builder -> builder.removeEnumType(index));
      for (int j = 0; j < type.getValueCount(); j++) {
        int value = j;
        remove(
            "value " + type.getValue(value).getName() + " of " + name,
            file,
            builder -> builder.getEnumTypeBuilder(index).removeValue(value));
      }
    }
    for (int i = 0; i < file.getServiceCount(); i++) {
      int index = i;
      ServiceDescriptorProto service = file.getService(index);
      String name = scope + "." + service.getName();
      remove("service " + name, file, builder -> builder.removeService(index));
      for (int j = 0; j < service.getMethodCount(); j++) {
        int rpc = j;
        remove(
            "rpc " + service.getMethod(rpc).getName() + " of " + name,
            file,
            builder -> builder.getServiceBuilder(index).removeMethod(rpc));
      }
    }
  }

  private void removeFrom(
      String name,
      DescriptorProto message,
      FileDescriptorProto file,
      Function<FileDescriptorProto.Builder, DescriptorProto.Builder> in) {
    for (int i = 0; i < message.getFieldCount(); i++) {
      int index = i;
      remove(
          "field " + message.getField(index).getNumber() + " of " + name,
          file,
          builder -> in.apply(builder).removeField(index));
    }
    for (int i = 0; i < message.getNestedTypeCount(); i++) {
      int index = i;
      DescriptorProto nested = message.getNestedType(index);
      String nestedName = name + "." + nested.getName();
      remove("message " + nestedName, file, builder -> in.apply(builder).removeNestedType(index));
      removeFrom(
          nestedName, nested, file, builder -> in.apply(builder).getNestedTypeBuilder(index));
    }
  }

  private void remove(
      String element, FileDescriptorProto file, Consumer<FileDescriptorProto.Builder> edit) {
    FileDescriptorProto.Builder altered = file.toBuilder().clearSourceCodeInfo();
    edit.accept(altered);
    without.put(element, altered.build());
  }
}
