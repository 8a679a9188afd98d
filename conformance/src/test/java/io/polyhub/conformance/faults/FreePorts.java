package io.polyhub.conformance.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Ports for processes that die and come back. They lie below those that the system gives to
 * outgoing connections: among thousands of clients that reconnect, one would soon sit on the port
 * of a server that is away.
 */
final class FreePorts {

  private static final int FIRST = 10_240;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 10_000;

  private final RandomGenerator random;
  private final Set<Integer> taken = new HashSet<>();

  FreePorts(RandomGenerator random) {
    this.random = random;
  }

  /** A port that nobody listens on, and that was not given before. */
  int next() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = random.nextInt(FIRST, END);
      if (isFree(port) && taken.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + END);
  }

  List<Integer> next(int count) {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(next());
    }
    return ports;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }
}
