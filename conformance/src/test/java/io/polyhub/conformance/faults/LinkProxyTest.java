package io.polyhub.conformance.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.conformance.faults.LinkProxy.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The link does to connections what it says: otherwise the faults would be none. */
@Timeout(20)
final class LinkProxyTest {

  private static final int NOTHING_CAME_MILLIS = 200;

  /** Two ends of one connection through a link. */
  private record Ends(LinkProxy link, ServerSocket target, Socket near, Socket far)
      implements AutoCloseable {

    static Ends open() throws IOException {
      ServerSocket target = listen();
      LinkProxy link = LinkProxy.to(0, List.of(target.getLocalPort()));
      Socket near = new Socket(InetAddress.getLoopbackAddress(), link.port());
      return new Ends(link, target, near, target.accept());
    }

    @Override
    public void close() throws IOException {
      near.close();
      far.close();
      link.close();
      target.close();
    }
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  }

  private static void passes(Socket from, Socket to, int content) throws IOException {
    from.getOutputStream().write(content);
    to.setSoTimeout(0);
    assertThat(to.getInputStream().read()).isEqualTo(content);
  }

  private static void comesNothing(Socket to) throws IOException {
    to.setSoTimeout(NOTHING_CAME_MILLIS);
    assertThatThrownBy(() -> to.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void a_whole_link_passes_both_ways_and_the_end() throws IOException {
    try (Ends ends = Ends.open()) {
      passes(ends.near, ends.far, 1);
      passes(ends.far, ends.near, 2);
      ends.near.shutdownOutput();
      assertThat(ends.far.getInputStream().read()).isEqualTo(-1);
      passes(ends.far, ends.near, 3);
    }
  }

  @Test
  void a_black_hole_tells_nobody_and_loses_nothing_once_mended() throws IOException {
    try (Ends ends = Ends.open()) {
      ends.link.blackhole();
      ends.near.getOutputStream().write(1);
      ends.far.getOutputStream().write(2);
      comesNothing(ends.far);
      comesNothing(ends.near);
      ends.link.mend();
      ends.far.setSoTimeout(0);
      ends.near.setSoTimeout(0);
      assertThat(ends.far.getInputStream().read()).isEqualTo(1);
      assertThat(ends.near.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void half_a_link_passes_one_way() throws IOException {
    try (Ends ends = Ends.open()) {
      ends.link.half(Way.UP);
      ends.near.getOutputStream().write(1);
      comesNothing(ends.far);
      passes(ends.far, ends.near, 2);
    }
  }

  @Test
  void a_delayed_link_passes_late() throws IOException {
    try (Ends ends = Ends.open()) {
      ends.link.delay(Duration.ofMillis(300));
      long begun = System.nanoTime();
      passes(ends.near, ends.far, 1);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }
  }

  @Test
  void a_reset_ends_what_is_open_and_lets_new_ones_in() throws IOException {
    try (Ends ends = Ends.open()) {
      ends.link.reset();
      assertThatThrownBy(() -> ends.near.getInputStream().read())
          .isInstanceOf(SocketException.class);
      try (Socket again = new Socket(InetAddress.getLoopbackAddress(), ends.link.port());
          Socket far = ends.target.accept()) {
        passes(again, far, 1);
      }
    }
  }

  @Test
  void connections_go_to_the_targets_in_turn() throws IOException {
    try (ServerSocket first = listen();
        ServerSocket second = listen();
        LinkProxy link = LinkProxy.to(0, List.of(first.getLocalPort(), second.getLocalPort()));
        Socket a = new Socket(InetAddress.getLoopbackAddress(), link.port());
        Socket farA = first.accept();
        Socket b = new Socket(InetAddress.getLoopbackAddress(), link.port());
        Socket farB = second.accept()) {
      passes(a, farA, 1);
      passes(b, farB, 2);
    }
  }

  @Test
  void a_target_that_is_away_is_passed_over() throws IOException {
    try (ServerSocket there = listen();
        LinkProxy link = LinkProxy.to(0, List.of(portOfNobody(), there.getLocalPort()));
        Socket near = new Socket(InetAddress.getLoopbackAddress(), link.port());
        Socket far = there.accept()) {
      passes(near, far, 3);
    }
  }

  private static int portOfNobody() throws IOException {
    try (ServerSocket gone = listen()) {
      return gone.getLocalPort();
    }
  }
}
