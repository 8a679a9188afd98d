package io.polyhub.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polyhub.broker.embedded.EmbeddedConfig;
import io.polyhub.channel.Rules;
import io.polyhub.hub.Subscribed.Recovery;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.server.config.BrokerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory of which an older copy was put back, as the clients of every door see it. */
class RestoredCopyTest {

  private static final String CHANNEL = "kept/one";

  @TempDir Path root;

  private TestServer start() {
    return TestServer.start(
        new BrokerConfig.Embedded(EmbeddedConfig.in(root.resolve("data"))),
        Rules.of(TestHub.rules()),
        IdentityConfig.OPEN);
  }

  private static void publish(TestServer server, int from, int to) {
    DoorClient publisher = DoorKind.GRPC.connect(server.doors());
    for (int n = from; n < to; n++) {
      Await.done(publisher.publish(Message.of(CHANNEL, Publishing.text(n))));
    }
    publisher.close();
  }

  /** Publishes the number, and gives the cursor after it. */
  private static String cursorAfter(TestServer server, int n) {
    DoorClient client = DoorKind.GRPC.connect(server.doors());
    Feed feed = client.subscribe(Wish.of(CHANNEL));
    publish(server, n, n + 1);
    feed.messages(1);
    client.close();
    return feed.cursor();
  }

  @Test
  void cursors_from_after_the_copy_are_told_and_older_ones_go_on() throws IOException {
    String good;
    try (TestServer server = start()) {
      good = cursorAfter(server, 0);
    }
    copyAll(root.resolve("data"), root.resolve("copy"));
    String lost;
    try (TestServer server = start()) {
      publish(server, 1, 5);
      lost = cursorAfter(server, 5);
    }
    Files.move(root.resolve("data"), root.resolve("lost"));
    Files.move(root.resolve("copy"), root.resolve("data"));
    try (TestServer server = start()) {
      publish(server, 1, 21);
      DoorKind.having(Feature.TAKES_CURSOR)
          .forEach(kind -> {
            DoorClient client = kind.connect(server.doors());
            Feed goesOn = client.subscribe(Wish.of(CHANNEL).withSince(good));
            assertThat(goesOn.texts(20)).as("%s", kind).isEqualTo(Publishing.texts(1, 21));
            assertThat(goesOn.recovery()).as("%s", kind).isEqualTo(Recovery.RECOVERED);
            client.unsubscribe(goesOn);
            Feed told = client.subscribe(Wish.of(CHANNEL).withSince(lost));
            assertThat(told.recovery()).as("%s", kind).isEqualTo(Recovery.UNRECOVERABLE);
            client.unsubscribe(told);
            if (kind.has(Feature.MUST_RECOVER)) {
              assertThatThrownBy(
                      () -> client.subscribe(Wish.of(CHANNEL).withSince(lost).withMustRecover()))
                  .as("%s", kind)
                  .isInstanceOf(Refused.class);
            }
            client.close();
          });
    }
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
