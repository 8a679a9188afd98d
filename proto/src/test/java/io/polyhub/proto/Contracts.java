package io.polyhub.proto;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Where the contracts of this build and those of the baseline are found. */
final class Contracts {

  /** The contracts as they were when the baseline was last refreshed, in Protobuf's text format. */
  static final Path BASELINE =
      Path.of(System.getProperty("basedir", ""), "src/test/baseline/contracts.txtpb");

  private Contracts() {}

  /** Returns the contracts of this build with their comments; what they import is left out. */
  static List<FileDescriptorProto> current() {
    try (InputStream compiled = Contracts.class.getResourceAsStream("/contracts.binpb")) {
      return FileDescriptorSet.parseFrom(Objects.requireNonNull(compiled)).getFileList().stream()
          .filter(file -> !file.getPackage().startsWith("google."))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the contracts of the baseline. */
  static List<FileDescriptorProto> baseline() {
    try {
      return TextFormat.parse(Files.readString(BASELINE), FileDescriptorSet.class).getFileList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the contracts of this build the baseline. Comments are no part of it. */
  static void makeBaseline() {
    FileDescriptorSet.Builder contracts = FileDescriptorSet.newBuilder();
    current().forEach(file -> contracts.addFile(file.toBuilder().clearSourceCodeInfo()));
    try {
      Files.createDirectories(BASELINE.getParent());
      Files.writeString(BASELINE, TextFormat.printer().printToString(contracts));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
