package io.polyhub.graphql;

import graphql.execution.ResultPath;
import io.polyhub.hub.SubscribeRequest;

/**
 * What a subscription operation asks for.
 *
 * @param kind which field it selects
 * @param request what it asks of the hub
 * @param field where in the result the field stands
 */
record StreamRequest(Kind kind, SubscribeRequest request, ResultPath field) {

  /** The fields of the schema's type {@code Subscription}. */
  enum Kind {
    MESSAGES,
    FEED,
    PRESENCE
  }
}
