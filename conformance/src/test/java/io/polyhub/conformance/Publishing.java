package io.polyhub.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Publishes numbered messages, acknowledged, by several kinds of clients on all nodes in turn. */
final class Publishing {

  /** How many go by one kind before it is the next one's turn. */
  private static final int BLOCK = 50;

  /** Those of one quality of service: between two, MQTT promises no order (section 4.6). */
  private final List<DoorKind> kinds =
      DoorKind.having(Feature.ACKNOWLEDGED).filter(kind -> !kind.isQos1()).toList();

  private final Scene scene;

  Publishing(Scene scene) {
    this.scene = scene;
  }

  private DoorClient client(DoorKind kind) {
    return scene.seat("publishing", kind, scene.topology().home(kind));
  }

  /** What the message of that number says. */
  static String text(int number) {
    return "{\"n\":" + number + "}";
  }

  /** What the messages of those numbers say. */
  static List<String> texts(int from, int to) {
    List<String> texts = new ArrayList<>();
    for (int n = from; n < to; n++) {
      texts.add(text(n));
    }
    return texts;
  }

  /** Publishes the numbers in order; those of one kind after those of another are acknowledged. */
  void publish(String channel, int from, int to) {
    int turn = from;
    for (int start = from; start < to; start += BLOCK) {
      DoorClient client = client(kinds.get(turn++ % kinds.size()));
      List<CompletableFuture<String>> acknowledged = new ArrayList<>();
      for (int n = start; n < Math.min(start + BLOCK, to); n++) {
        acknowledged.add(client.publish(Message.of(channel, text(n))));
      }
      acknowledged.forEach(Await::done);
    }
  }
}
