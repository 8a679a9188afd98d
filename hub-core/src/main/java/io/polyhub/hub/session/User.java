package io.polyhub.hub.session;

import io.polyhub.net.RateLimit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the sessions of one user on this node share. Thread-safe. */
final class User {

  private final AtomicInteger sessions = new AtomicInteger();
  private final RateLimit publishRate;

  User(RateLimit publishRate) {
    this.publishRate = publishRate;
  }

  AtomicInteger sessions() {
    return sessions;
  }

  RateLimit publishRate() {
    return publishRate;
  }
}
