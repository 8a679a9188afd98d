package io.polyhub.server.config;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.identity.ClaimPath;
import io.polyhub.net.AddressRange;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What kind of value a key takes.
 *
 * @param expected says what is allowed, in messages
 * @param parse reads it from its text
 * @param show writes it for people, as text, number or truth value
 * @param mustBeText whether YAML must read it as text, so that {@code no} or {@code 007} is not
 *     taken for what the operator did not mean
 * @param secret whether it is never shown
 */
record Kind<T>(
    String expected,
    Function<String, Optional<T>> parse,
    Function<T, Object> show,
    boolean mustBeText,
    boolean secret) {

  /** What stands in for a secret when configuration is shown. */
  static final String MASK = "(set, not shown)";

  private static <T> Kind<T> plain(
      String expected, Function<String, Optional<T>> parse, Function<T, Object> show) {
    return new Kind<>(expected, parse, show, false, false);
  }

  private static <T> Kind<T> textual(
      String expected, Function<String, Optional<T>> parse, Function<T, Object> show) {
    return new Kind<>(expected, parse, show, true, false);
  }

  /** A whole number. */
  static Kind<Long> number(long min, long max) {
    return plain(
        "a whole number " + range(min, max, Object::toString),
        text -> inRange(Units.number(text), min, max),
        value -> value);
  }

  /** A whole number that fits an int. */
  static Kind<Integer> integer(int min, int max) {
    return plain(
        "a whole number " + range(min, max, Object::toString),
        text -> inRange(Units.number(text), min, max).map(Long::intValue),
        value -> value);
  }

  /** A port to listen on; 0 for any that is free. */
  static Kind<Integer> port() {
    return integer(0, 65_535);
  }

  /** A count of bytes. */
  static Kind<Long> bytes(long min, long max) {
    return plain(
        "bytes, such as 64KiB, " + range(min, max, Units::bytesText),
        text -> inRange(Units.bytes(text), min, max),
        Units::bytesText);
  }

  /** A count of bytes that fits an int. */
  static Kind<Integer> intBytes(int min, int max) {
    return plain(
        "bytes, such as 64KiB, " + range(min, max, Units::bytesText),
        text -> inRange(Units.bytes(text), min, max).map(Long::intValue),
        value -> Units.bytesText(value));
  }

  /** A time. */
  static Kind<Duration> duration(Duration min, Duration max) {
    return plain(
        "a time, such as 30s, from " + Units.durationText(min) + " to " + Units.durationText(max),
        text ->
            Units.duration(text)
                .filter(found -> found.compareTo(min) >= 0 && found.compareTo(max) <= 0),
        Units::durationText);
  }

  /** True or false. */
  static Kind<Boolean> flag() {
    return plain(
        "true or false",
        text ->
            switch (text) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            },
        value -> value);
  }

  /** One of a closed set, written in lower case with dashes. */
  static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
    return plain(
        String.join(" or ", Arrays.stream(type.getEnumConstants()).map(Kind::word).toList()),
        text ->
            Arrays.stream(type.getEnumConstants()).filter(e -> word(e).equals(text)).findFirst(),
        Kind::word);
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A text that is not empty. */
  static Kind<String> text() {
    return textual(
        "text", text -> text.isEmpty() ? Optional.empty() : Optional.of(text), value -> value);
  }

  /** A text that is never shown. */
  static Kind<String> hidden() {
    return new Kind<>(
        "text, in quotes if it looks like a number",
        text -> text.isEmpty() ? Optional.empty() : Optional.of(text),
        value -> MASK,
        true,
        true);
  }

  /** The address of one of this machine's interfaces, or its name. */
  static Kind<String> bind() {
    return textual(
        "an address to listen on, such as 127.0.0.1 or 0.0.0.0", Kind::resolved, value -> value);
  }

  /** Addresses that begin alike, or one. */
  static Kind<AddressRange> addressRange() {
    return textual(
        "an address, or such a range as 10.0.0.0/8 or 2001:db8::/32",
        AddressRange::parse,
        AddressRange::toString);
  }

  private static Optional<String> resolved(String host) {
    try {
      return host.isEmpty() || InetAddress.getAllByName(host).length == 0
          ? Optional.empty()
          : Optional.of(host);
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** An absolute address of the web. */
  static Kind<URI> uri() {
    return textual("an address, such as https://example.com/keys", Kind::toUri, URI::toString);
  }

  private static Optional<URI> toUri(String text) {
    try {
      return Optional.of(new URI(text)).filter(URI::isAbsolute);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The address of a NATS server. Credentials have keys of their own. */
  static Kind<URI> natsServer() {
    return textual(
        "nats://HOST:PORT or tls://HOST:PORT, without credentials",
        text ->
            toUri(text)
                .filter(uri -> uri.getScheme().equals("nats") || uri.getScheme().equals("tls"))
                .filter(uri -> uri.getHost() != null && uri.getRawUserInfo() == null),
        URI::toString);
  }

  /** The path of a file or folder. */
  static Kind<Path> path() {
    return textual("a path", Kind::toPath, Path::toString);
  }

  /** The path of a file that is there and can be read. */
  static Kind<Path> file() {
    return textual(
        "a file that can be read",
        text -> toPath(text).filter(Files::isRegularFile).filter(Files::isReadable),
        Path::toString);
  }

  private static Optional<Path> toPath(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** A path to a value among a token's claims. */
  static Kind<ClaimPath> claimPath() {
    return textual(
        "a claim, such as email or realm_access.roles", ClaimPath::parse, ClaimPath::text);
  }

  /** A channel filter. */
  static Kind<ChannelFilter> filter() {
    return textual(
        "a channel filter, such as \"rooms/+/chat\" or \"#\"",
        ChannelFilter::parse,
        ChannelFilter::text);
  }

  private static Optional<Long> inRange(OptionalLong value, long min, long max) {
    return value.isPresent() && value.getAsLong() >= min && value.getAsLong() <= max
        ? Optional.of(value.getAsLong())
        : Optional.empty();
  }

  private static String range(long min, long max, Function<Long, String> text) {
    return max == Long.MAX_VALUE || max == Integer.MAX_VALUE
        ? "of at least " + text.apply(min)
        : "from " + text.apply(min) + " to " + text.apply(max);
  }
}
