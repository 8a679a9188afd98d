package io.polyhub.grpc;

import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import io.polyhub.hub.CloseReason;
import io.polyhub.hub.Downlink;
import io.polyhub.hub.Subscription;
import io.polyhub.hub.UnsubscribeReason;

/** The way to a client that only awaits one answer: it subscribes to nothing. */
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
  public void flush() {}

  /**
   * What was asked for is answered all the same; after this the hub refuses, which is an answer.
   */
  @Override
  public void close(CloseReason reason) {}
}
