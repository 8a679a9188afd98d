package io.polyhub.grpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;

/** Hands encoded frames to the transport without another copy. */
final class FrameMarshaller implements MethodDescriptor.Marshaller<EncodedFrame> {

  @Override
  @SuppressWarnings("ReferenceEquality") // ABORT is told apart from frames by what it is
  public InputStream stream(EncodedFrame frame) {
    if (frame == EncodedFrame.ABORT) {
      throw new AbortException();
    }
    return new FrameStream(frame);
  }

  @Override
  public EncodedFrame parse(InputStream stream) {
    try {
      return new EncodedFrame(stream.readAllBytes(), new byte[0]);
    } catch (IOException broken) {
      throw Status.INTERNAL.withCause(broken).asRuntimeException();
    }
  }

  /** Makes {@code ServerCall.sendMessage} reset the stream, for which it has no method. */
  private static final class AbortException extends StatusRuntimeException {
    private static final long serialVersionUID = 1L;

    AbortException() {
      super(Status.RESOURCE_EXHAUSTED.withDescription("the client does not read"));
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class FrameStream extends InputStream implements Drainable, KnownLength {

    private final EncodedFrame frame;
    private InputStream rest;

    FrameStream(EncodedFrame frame) {
      this.frame = frame;
      rest =
          new SequenceInputStream(
              new ByteArrayInputStream(frame.head()), new ByteArrayInputStream(frame.tail()));
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      target.write(frame.head());
      target.write(frame.tail());
      rest = InputStream.nullInputStream();
      return frame.head().length + frame.tail().length;
    }

    @Override
    public int available() {
      return frame.head().length + frame.tail().length;
    }

    @Override
    public int read() throws IOException {
      return rest.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return rest.read(target, offset, length);
    }
  }
}
