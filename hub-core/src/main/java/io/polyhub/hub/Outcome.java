package io.polyhub.hub;

import java.util.function.Function;

/**
 * What became of a request: done, with what it gave, or refused, with the reason.
 *
 * @param <T> what a request that was done gives
 */
public sealed interface Outcome<T> {

  /** It was done. */
  record Done<T>(T value) implements Outcome<T> {}

  /** It was refused, and nothing was changed. */
  record Refused<T>(Refusal refusal) implements Outcome<T> {}

  static <T> Outcome<T> done(T value) {
    return new Done<>(value);
  }

  static <T> Outcome<T> refused(Refusal refusal) {
    return new Refused<>(refusal);
  }

  /** Returns the same outcome with another value if it was done. */
  default <R> Outcome<R> map(Function<? super T, ? extends R> then) {
    return switch (this) {
      case Done<T> done -> new Done<>(then.apply(done.value()));
      case Refused<T> refused -> new Refused<>(refused.refusal());
    };
  }
}
