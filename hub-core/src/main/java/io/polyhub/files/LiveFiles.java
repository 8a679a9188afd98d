package io.polyhub.files;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is made of files, and made anew when they change. The files are looked at again and again:
 * their real paths (so that a link that is turned counts), sizes and times. If one differs all are
 * loaded and checked, and only then is the new value in force; while they hold something that
 * cannot be used the old one stays, which is logged and shown by {@code polyhub.files.stale}.
 *
 * <p>Any thread. One virtual thread of its own looks.
 */
public final class LiveFiles<T> implements AutoCloseable {

  /** Between two looks. */
  public static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(LiveFiles.class);

  private final String name;
  private final Content<T> content;
  private final Counter takenOver;
  private final ReentrantLock looking = new ReentrantLock();
  private final List<Consumer<? super T>> told = new ArrayList<>();
  private final Thread looker;
  private List<@Nullable Stamp> seen;
  private String complaint = "";
  private volatile boolean stale;
  private volatile T current;

  /** What the files hold. */
  public interface Content<T> {

    /** The files that are looked at. */
    List<Path> files();

    /**
     * Reads and checks all of them.
     *
     * @throws IOException if they cannot be used; its message is for the operator
     */
    T load() throws IOException;
  }

  /** By what a file that was replaced is told from what it was. */
  private record Stamp(Path real, long bytes, FileTime modified, @Nullable Object key) {}

  private LiveFiles(
      String name, Content<T> content, MeterRegistry registry, Duration interval, T first) {
    this.name = name;
    this.content = content;
    this.current = first;
    this.seen = List.of();
    this.takenOver =
        Counter.builder("polyhub.files.taken.over").tag("files", name).register(registry);
    Gauge.builder("polyhub.files.stale", this, live -> live.stale ? 1 : 0)
        .tag("files", name)
        .register(registry);
    this.looker =
        Thread.ofVirtual().name("polyhub-files-" + name).unstarted(() -> lookOn(interval));
  }

  /**
   * Loads the files and begins to look at them.
   *
   * @param name whose they are, as logs and metrics name it
   * @param interval between two looks
   * @throws IOException if they cannot be used
   */
  public static <T> LiveFiles<T> start(
      String name, Content<T> content, MeterRegistry registry, Duration interval)
      throws IOException {
    List<@Nullable Stamp> before = stamps(content);
    LiveFiles<T> live = new LiveFiles<>(name, content, registry, interval, content.load());
    live.seen = before;
    live.looker.start();
    return live;
  }

  /**
   * As {@link #start}, where what the files hold was read a moment ago.
   *
   * @param first what they hold
   */
  public static <T> LiveFiles<T> startWith(
      T first, String name, Content<T> content, MeterRegistry registry, Duration interval) {
    LiveFiles<T> live = new LiveFiles<>(name, content, registry, interval, first);
    live.seen = stamps(content);
    live.looker.start();
    return live;
  }

  /** What is in force. */
  public T current() {
    return current;
  }

  /** Tells what is in force, now and whenever it changes, on the thread that looks. */
  public void onChange(Consumer<? super T> listener) {
    looking.lock();
    try {
      told.add(listener);
      listener.accept(current);
    } finally {
      looking.unlock();
    }
  }

  /** Looks now. Returns whether what the files hold is in force. Blocks while they are read. */
  public boolean look() {
    looking.lock();
    try {
      List<@Nullable Stamp> now = stamps(content);
      if (now.equals(seen)) {
        stale = false;
        complaint = "";
        return true;
      }
      // A change while they are read shows at the next look: it differs from what was seen before.
      T loaded = content.load();
      seen = now;
      current = loaded;
      stale = false;
      complaint = "";
      takenOver.increment();
      LOG.info("{}: changed files are taken over", name);
      told.forEach(listener -> listener.accept(loaded));
      return true;
    } catch (IOException | RuntimeException unusable) {
      complain(unusable);
      return false;
    } finally {
      looking.unlock();
    }
  }

  /** Once for each thing that is wrong, not at each look. */
  private void complain(Exception unusable) {
    stale = true;
    String text = String.valueOf(unusable.getMessage());
    if (!text.equals(complaint)) {
      complaint = text;
      LOG.error("{}: changed files cannot be used, what was there before stays: {}", name, text);
    }
  }

  private void lookOn(Duration interval) {
    try {
      while (true) {
        Thread.sleep(interval);
        look();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<@Nullable Stamp> stamps(Content<?> content) {
    List<@Nullable Stamp> stamps = new ArrayList<>();
    for (Path file : content.files()) {
      stamps.add(stamp(file));
    }
    return stamps;
  }

  private static @Nullable Stamp stamp(Path file) {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      return new Stamp(
          real, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (IOException absent) {
      return null;
    }
  }

  /** Looks no more; what is in force stays. */
  @Override
  public void close() {
    looker.interrupt();
  }
}
