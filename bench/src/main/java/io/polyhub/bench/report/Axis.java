package io.polyhub.bench.report;

import io.polyhub.bench.report.Plot.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * One side of a plot: where each value is on it, and which values are written beside it.
 *
 * @param low the value at its beginning
 * @param high the value at its end
 */
record Axis(Scale scale, double low, double high, List<Tick> ticks) {

  private static final double[] STEPS = {1, 2, 5};
  private static final double[] PERCENTILES = {
    0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999
  };

  Axis {
    ticks = List.copyOf(ticks);
  }

  /** A value with its text. */
  record Tick(double value, String text) {}

  /**
   * An axis that has room for all values that can be drawn on it.
   *
   * @param ticksMax how many steps it is to be divided into at most
   */
  static Axis of(Scale scale, DoubleStream values, int ticksMax) {
    double[] drawn = values.filter(value -> isDrawn(scale, value)).sorted().toArray();
    return switch (scale) {
      case LINEAR ->
          drawn.length == 0
              ? linear(0, 1, ticksMax)
              : linear(drawn[0], drawn[drawn.length - 1], ticksMax);
      case LOG ->
          drawn.length == 0
              ? log(1, 10, ticksMax)
              : log(drawn[0], drawn[drawn.length - 1], ticksMax);
      case PERCENTILE -> percentile(drawn.length == 0 ? 0 : drawn[drawn.length - 1]);
    };
  }

  /** Whether a scale has a place for the value: there is no logarithm of zero. */
  static boolean isDrawn(Scale scale, double value) {
    return Double.isFinite(value)
        && switch (scale) {
          case LINEAR -> true;
          case LOG -> value > 0;
          case PERCENTILE -> value >= 0 && value < 100;
        };
  }

  /** Where the value is, from 0 at the beginning to 1 at the end. */
  double place(double value) {
    return (along(scale, value) - along(scale, low)) / (along(scale, high) - along(scale, low));
  }

  private static double along(Scale scale, double value) {
    return switch (scale) {
      case LINEAR -> value;
      case LOG -> Math.log10(value);
      case PERCENTILE -> -Math.log10(1 - value / 100);
    };
  }

  /** Begins at zero, unless that would press all values into a corner. */
  private static Axis linear(double least, double most, int ticksMax) {
    boolean fromZero = least == most || least < most * 0.75;
    double from = fromZero ? Math.min(0, least) : least;
    double to = fromZero ? Math.max(0, most) : most;
    if (from == to) {
      to = from + 1;
    }
    double step = step((to - from) / ticksMax);
    long first = (long) Math.floor(from / step + 1e-9);
    long last = (long) Math.ceil(to / step - 1e-9);
    List<Tick> ticks = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      ticks.add(new Tick(i * step, Quantity.tick(i * step)));
    }
    return new Axis(Scale.LINEAR, first * step, last * step, ticks);
  }

  /** The smallest of 1, 2, 5, 10, 20 and so on that is not below. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double step : STEPS) {
      if (step * power >= least * (1 - 1e-9)) {
        return step * power;
      }
    }
    return 10 * power;
  }

  /** Ends on a 1, 2 or 5; if those are too many to be written, only powers of ten are. */
  private static Axis log(double least, double most, int ticksMax) {
    int first = (int) Math.floor(Math.log10(least)) - 1;
    int last = (int) Math.ceil(Math.log10(most)) + 1;
    List<Double> marks = new ArrayList<>();
    for (int power = first; power <= last; power++) {
      for (double step : STEPS) {
        marks.add(step * Math.pow(10, power));
      }
    }
    double low = marks.stream().filter(mark -> mark <= least * (1 + 1e-9)).toList().getLast();
    double high = marks.stream().filter(mark -> mark >= most * (1 - 1e-9)).toList().getFirst();
    if (low == high) {
      low = marks.get(marks.indexOf(low) - 1);
      high = marks.get(marks.indexOf(high) + 1);
    }
    double from = low;
    double to = high;
    List<Double> within = marks.stream().filter(mark -> mark >= from && mark <= to).toList();
    if (within.size() > ticksMax + 1) {
      int every = Math.max(1, (int) Math.ceil(Math.log10(to / from) / ticksMax));
      within = within.stream().filter(mark -> isPower(mark, every)).toList();
    }
    return new Axis(
        Scale.LOG,
        from,
        to,
        within.stream().map(mark -> new Tick(mark, Quantity.tick(mark))).toList());
  }

  private static boolean isPower(double mark, int every) {
    double power = Math.log10(mark);
    return Math.abs(power - Math.rint(power)) < 1e-6 && Math.round(power) % every == 0;
  }

  private static Axis percentile(double most) {
    double high = most;
    for (double mark : PERCENTILES) {
      if (mark >= most && mark > 0) {
        high = mark;
        break;
      }
    }
    double to = Math.max(high, 90);
    return new Axis(
        Scale.PERCENTILE,
        0,
        to,
        DoubleStream.of(PERCENTILES)
            .filter(mark -> mark <= to)
            .mapToObj(mark -> new Tick(mark, Quantity.tick(mark)))
            .toList());
  }
}
