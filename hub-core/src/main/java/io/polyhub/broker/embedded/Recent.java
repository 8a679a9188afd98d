package io.polyhub.broker.embedded;

import io.polyhub.channel.Publication;

/** A publication of the durable log that is held in memory, and when it was appended. */
record Recent(Channel channel, Publication publication, long offset, long millis)
    implements RunReader.Held {

  Recent {
    publication = publication.bare();
  }
}
