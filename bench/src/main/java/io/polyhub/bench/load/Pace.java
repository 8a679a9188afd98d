package io.polyhub.bench.load;

import java.io.Serializable;

/** How fast publishers publish. */
public sealed interface Pace extends Serializable {

  /**
   * As fast as what they publish is delivered: so many publications of all of them are kept on
   * their way.
   *
   * @param publications how many
   * @param fan how often each is delivered to clients of the same generator
   */
  record Window(int publications, int fan) implements Pace {
    public Window {
      if (publications < 1 || fan < 1) {
        throw new IllegalArgumentException("window: " + publications + ", fan: " + fan);
      }
    }
  }

  /**
   * By a schedule that waits for nobody: what is late is stamped with the moment at which it was
   * due, so that waiting counts as latency.
   *
   * @param perSecond the publications of all publishers together
   */
  record Rate(double perSecond) implements Pace {}
}
