package io.polyhub.conformance.slow;

import io.netty.buffer.ByteBuf;
import io.polyhub.bench.load.Bytes;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Notes the numbers that a client receives, in their order, and how it is told goodbye. */
final class NumberReader implements LoadListener {

  private static final byte[] KEY = "\"n\":".getBytes(StandardCharsets.US_ASCII);
  private static final String PADDING = "x".repeat(4_000);

  private final List<Long> numbers = new ArrayList<>();
  private boolean ready;
  private int goodbye;

  /** A publication that is as large as to fill a way soon. */
  static byte[] payload(long number) {
    return ("{\"n\":" + number + ",\"pad\":\"" + PADDING + "\"}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public synchronized void ready(LoadClient client) {
    ready = true;
  }

  @Override
  public synchronized void message(LoadClient client, ByteBuf message) {
    int at = Bytes.indexOf(message, KEY);
    numbers.add(Bytes.number(message, at - message.readerIndex() + KEY.length));
  }

  @Override
  public synchronized void goodbye(LoadClient client, int code) {
    goodbye = code;
  }

  synchronized boolean isReady() {
    return ready;
  }

  synchronized List<Long> numbers() {
    return List.copyOf(numbers);
  }

  synchronized boolean has(long number) {
    return numbers.contains(number);
  }

  /** The code of the goodbye, or 0. */
  synchronized int goodbye() {
    return goodbye;
  }
}
