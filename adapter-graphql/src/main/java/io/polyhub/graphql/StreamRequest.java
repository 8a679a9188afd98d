package io.polyhub.graphql;

import io.polyhub.hub.SubscribeRequest;

/**
 * What a subscription operation asks for.
 *
 * @param kind which field it selects
 * @param request what it asks of the hub
 */
record StreamRequest(Kind kind, SubscribeRequest request) {

  /** The fields of the schema's type {@code Subscription}. */
  enum Kind {
    MESSAGES,
    FEED,
    PRESENCE
  }
}
