package io.polyhub.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Guarantee;
import io.polyhub.channel.OverflowPolicy;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import io.polyhub.channel.Rule.Retention;
import io.polyhub.channel.Rules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A broker under test with its listener, and short words for what tests do with it. */
public final class BrokerProbe implements AutoCloseable {

  /** Kept: 10,000 publications. */
  public static final String KEPT = "kept/one";

  private static final int LIMIT_BYTES = 64 << 20;

  private final Broker broker;
  private final Rules rules;
  private final ToldListener told = new ToldListener();
  private final Consumer<Duration> passTime;
  private Runnable afterClose = () -> {};

  /**
   * Starts the broker.
   *
   * @param passTime makes that time pass for the broker
   */
  public BrokerProbe(Broker broker, Guarantee guarantee, Consumer<Duration> passTime) {
    this(broker, rules(guarantee), passTime);
  }

  public BrokerProbe(Broker broker, Rules rules, Consumer<Duration> passTime) {
    this.broker = broker;
    this.rules = rules;
    this.passTime = passTime;
    broker.start(told, rules);
  }

  /**
   * The rules of the suite: {@code few} keeps 5 publications, {@code light} 2,000 bytes, {@code
   * brief} one minute, {@code bare} nothing; all else keeps 10,000.
   */
  public static Rules rules(Guarantee guarantee) {
    return rules(guarantee, Duration.ofMinutes(1));
  }

  /**
   * The same rules, where a minute of the suite is another time.
   *
   * @param minute how long {@code brief} keeps, for brokers whose clock is not the test's
   */
  public static Rules rules(Guarantee guarantee, Duration minute) {
    return Rules.of(
        List.of(
            rule("few", guarantee, new Retention(5, 1 << 20, Duration.ofDays(1))),
            rule("light", guarantee, new Retention(10_000, 2_000, Duration.ofDays(1))),
            rule("brief", guarantee, new Retention(10_000, 1 << 20, minute)),
            rule("bare", Guarantee.AT_MOST_ONCE, Retention.NONE),
            rule("kept", guarantee, new Retention(10_000, 64 << 20, Duration.ofDays(1)))));
  }

  /** A rule for all channels under that name. */
  public static Rule rule(String name, Guarantee guarantee, Retention history) {
    return new Rule(
        name,
        List.of(ChannelFilter.of(name + "/#")),
        guarantee,
        history,
        true,
        true,
        OverflowPolicy.DISCONNECT,
        null,
        1 << 20,
        0,
        Set.of(),
        Set.of());
  }

  public Broker broker() {
    return broker;
  }

  public ToldListener told() {
    return told;
  }

  /** Has something done once the broker is closed. */
  public BrokerProbe afterClose(Runnable what) {
    afterClose = what;
    return this;
  }

  public void passTime(Duration time) {
    passTime.accept(time);
  }

  /** A publication of that text. */
  public static Publication.Builder text(String channel, String text) {
    return Publication.on(channel, text.getBytes(StandardCharsets.UTF_8));
  }

  public CompletionStage<Appended> append(Publication publication, @Nullable String key) {
    return broker.append(publication, rules.find(publication.channel()).orElseThrow(), key);
  }

  /** Publishes a text and returns where it lies. */
  public Position publish(String channel, String text) throws Exception {
    return stored(append(text(channel, text).build(), null));
  }

  /** Publishes texts from 1 up to the number. */
  public void publishMany(String channel, int count) throws Exception {
    CompletionStage<Appended> last = null;
    for (int i = 1; i <= count; i++) {
      last = append(text(channel, Integer.toString(i)).build(), null);
    }
    stored(Objects.requireNonNull(last));
  }

  public static Position stored(CompletionStage<Appended> stage) throws Exception {
    Appended appended = get(stage);
    assertThat(appended).isInstanceOf(Appended.Stored.class);
    return ((Appended.Stored) appended).position();
  }

  public LogPage read(String filter, @Nullable Cursor since) throws Exception {
    return read(filter, since, 1_000_000, LIMIT_BYTES);
  }

  public LogPage read(String filter, @Nullable Cursor since, int limit, int limitBytes)
      throws Exception {
    return get(
        broker.read(new LogQuery(ChannelFilter.of(filter), since, limit, limitBytes, false)));
  }

  /** Reads page after page, from the oldest to the end. */
  public List<Publication> readAll(String filter) throws Exception {
    LogPage page = read(filter, null);
    List<Publication> all = new ArrayList<>(page.publications());
    while (!page.end()) {
      page = read(filter, page.next());
      all.addAll(page.publications());
    }
    return all;
  }

  public LogPage readBack(String channel, @Nullable Cursor since, int limit) throws Exception {
    return get(
        broker.read(new LogQuery(ChannelFilter.of(channel), since, limit, LIMIT_BYTES, true)));
  }

  public Cursor top(String filter) throws Exception {
    return get(broker.top(ChannelFilter.of(filter)));
  }

  public List<String> lastValues(String filter, int limit) throws Exception {
    return texts(lastValues(filter, null, limit, LIMIT_BYTES).values());
  }

  public ValuesPage lastValues(String filter, @Nullable String after, int limit, int limitBytes)
      throws Exception {
    return get(
        broker.lastValues(new ValuesQuery(ChannelFilter.of(filter), after, limit, limitBytes)));
  }

  public static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** Waits for a fact that nobody tells of. */
  public static void await(BooleanSupplier fact) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time to wait for a fact").isLessThan(until);
      Thread.onSpinWait();
    }
  }

  public static String text(Publication publication) {
    return new String(publication.payload(), StandardCharsets.UTF_8);
  }

  public static List<String> texts(List<Publication> publications) {
    return publications.stream().map(BrokerProbe::text).toList();
  }

  public static List<String> texts(LogPage page) {
    return texts(page.publications());
  }

  public static Position position(Publication publication) {
    return Objects.requireNonNull(publication.position());
  }

  /** Texts from the first number to the last. */
  public static List<String> numbers(int first, int last) {
    return java.util.stream.IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
  }

  @Override
  public void close() {
    broker.close();
    afterClose.run();
  }
}
