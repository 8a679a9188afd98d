package io.polyhub.hub;

import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;

/**
 * The way to a client that only waits for an answer. It has no subscriptions, so nothing comes; if
 * its session is closed, what it asked for is refused, and that is its answer.
 */
final class NoDownlink implements Downlink {

  @Override
  public Offer deliver(Subscription subscription, Publication publication, Source source) {
    return Offer.TAKEN;
  }

  @Override
  public void joined(Subscription subscription, String channel, Member member) {}

  @Override
  public void left(Subscription subscription, String channel, Member member) {}

  @Override
  public void unsubscribed(Subscription subscription, UnsubscribeReason reason) {}

  @Override
  public Direct message(byte[] payload) {
    return Direct.NOT_POSSIBLE;
  }

  @Override
  public boolean askForCredentials() {
    return false;
  }

  @Override
  public void flush() {}

  @Override
  public void close(CloseReason reason) {}
}
