package io.polyhub.channel;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One message on a channel, as every door sees it. Immutable and shared by reference between
 * threads; nobody changes a byte of its arrays.
 *
 * <p>An encoding or another thing derived from it is made at most once, by {@link #memo}.
 */
public final class Publication {

  /** The most derived things that one publication keeps; further ones are made anew each time. */
  public static final int MAX_MEMOS = 32;

  private static final Memo[] NO_MEMOS = {};

  private final String channel;
  private final byte[] payload;
  private final @Nullable String contentType;
  private final List<Header> headers;
  private final @Nullable String replyTo;
  private final byte @Nullable [] correlationId;
  private final @Nullable Publisher publisher;
  private final long timeMillis;
  private final long expiresAtMillis;
  private final boolean retained;
  private final Quality quality;
  private final @Nullable Position position;
  private volatile Memo[] memos = NO_MEMOS;

  private Publication(Builder builder, @Nullable Position position) {
    channel = builder.channel;
    payload = builder.payload;
    contentType = builder.contentType;
    headers = builder.headers;
    replyTo = builder.replyTo;
    correlationId = builder.correlationId;
    publisher = builder.publisher;
    timeMillis = builder.timeMillis;
    expiresAtMillis = builder.expiresAtMillis;
    retained = builder.retained;
    quality = builder.quality;
    this.position = position;
  }

  /** Starts a publication of these bytes, which the caller hands over. */
  public static Builder on(String channel, byte[] payload) {
    return new Builder(channel, payload);
  }

  public String channel() {
    return channel;
  }

  /** The payload; shared, never to be changed. */
  @SuppressWarnings("EI_EXPOSE_REP")
  public byte[] payload() {
    return payload;
  }

  /** The media type as the publisher gave it, or null. */
  public @Nullable String contentType() {
    return contentType;
  }

  public List<Header> headers() {
    return headers;
  }

  /** The channel on which the publisher wants answers, or null. */
  public @Nullable String replyTo() {
    return replyTo;
  }

  /** What an answer is to carry so that the publisher knows it; shared, never to be changed. */
  public byte @Nullable [] correlationId() {
    return correlationId;
  }

  /** Who published it, or null if the hub itself did. */
  public @Nullable Publisher publisher() {
    return publisher;
  }

  /** When the hub accepted it, in milliseconds since 1970. */
  public long timeMillis() {
    return timeMillis;
  }

  /** When it stops being worth delivering, in milliseconds since 1970; 0 for never. */
  public long expiresAtMillis() {
    return expiresAtMillis;
  }

  /** Tells whether it has expired at that instant. */
  public boolean expired(Instant now) {
    return expiresAtMillis != 0 && now.toEpochMilli() >= expiresAtMillis;
  }

  /** Whether it was published to become its channel's last value (MQTT's retain flag). */
  public boolean retained() {
    return retained;
  }

  /** How hard the publisher asked for it to be carried. */
  public Quality quality() {
    return quality;
  }

  /** Its place in the log, or null on a channel without history. */
  public @Nullable Position position() {
    return position;
  }

  /** Returns the same publication at its place in the log. Memos are not taken along. */
  public Publication at(Position place) {
    return new Publication(new Builder(this), place);
  }

  /**
   * Returns the same publication without memos, to be held for long: what is derived for the
   * subscribers of the moment takes several times its room, and goes once they have it.
   */
  public Publication bare() {
    return new Publication(new Builder(this), position);
  }

  /**
   * What this publication weighs in a bounded buffer, in bytes: payload, headers and a fixed part
   * for objects. Derived things are not counted.
   */
  public int weight() {
    int weight = 160 + payload.length + channel.length();
    for (Header header : headers) {
      weight += 48 + header.name().length() + header.value().length();
    }
    return correlationId == null ? weight : weight + correlationId.length;
  }

  /**
   * Returns what {@code make} makes of this publication, made once for each key. Keys are compared
   * by {@code equals}; one key always stands for the same type. Any thread; {@code make} must not
   * block, and may ask for other memos of this publication. What is delivered to many should come
   * with a function that captures nothing, as it is passed for each of them.
   */
  @SuppressWarnings("unchecked") // one key, one type: the caller's promise
  public <T> T memo(Object key, Function<Publication, T> make) {
    Object kept = find(memos, key);
    if (kept != null) {
      return (T) kept;
    }
    synchronized (this) {
      kept = find(memos, key);
      if (kept != null) {
        return (T) kept;
      }
      T made = make.apply(this);
      Memo[] current = memos;
      if (current.length < MAX_MEMOS) {
        Memo[] grown = new Memo[current.length + 1];
        System.arraycopy(current, 0, grown, 0, current.length);
        grown[current.length] = new Memo(key, made);
        memos = grown;
      }
      return made;
    }
  }

  private static @Nullable Object find(Memo[] memos, Object key) {
    for (Memo memo : memos) {
      if (memo.key.equals(key)) {
        return memo.value;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "Publication[" + channel + ", " + payload.length + " bytes, " + position + "]";
  }

  private record Memo(Object key, Object value) {}

  /** Collects the parts of a publication. Not for use by several threads. */
  public static final class Builder {

    private final String channel;
    private final byte[] payload;
    private @Nullable String contentType;
    private List<Header> headers = List.of();
    private @Nullable String replyTo;
    private byte @Nullable [] correlationId;
    private @Nullable Publisher publisher;
    private long timeMillis;
    private long expiresAtMillis;
    private boolean retained;
    private Quality quality = Quality.ASSURED;

    private Builder(String channel, byte[] payload) {
      this.channel = channel;
      this.payload = payload;
    }

    private Builder(Publication publication) {
      channel = publication.channel;
      payload = publication.payload;
      contentType = publication.contentType;
      headers = publication.headers;
      replyTo = publication.replyTo;
      correlationId = publication.correlationId;
      publisher = publication.publisher;
      timeMillis = publication.timeMillis;
      expiresAtMillis = publication.expiresAtMillis;
      retained = publication.retained;
      quality = publication.quality;
    }

    public Builder contentType(@Nullable String value) {
      contentType = value;
      return this;
    }

    public Builder headers(List<Header> value) {
      headers = List.copyOf(value);
      return this;
    }

    public Builder replyTo(@Nullable String value) {
      replyTo = value;
      return this;
    }

    public Builder correlationId(byte @Nullable [] value) {
      correlationId = value;
      return this;
    }

    public Builder publisher(@Nullable Publisher value) {
      publisher = value;
      return this;
    }

    public Builder timeMillis(long value) {
      timeMillis = value;
      return this;
    }

    public Builder expiresAtMillis(long value) {
      expiresAtMillis = value;
      return this;
    }

    public Builder retained(boolean value) {
      retained = value;
      return this;
    }

    public Builder quality(Quality value) {
      quality = value;
      return this;
    }

    /** Returns the publication, not yet at a place in a log. */
    public Publication build() {
      return new Publication(this, null);
    }
  }
}
