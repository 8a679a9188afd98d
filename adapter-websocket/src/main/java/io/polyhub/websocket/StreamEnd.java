package io.polyhub.websocket;

import io.netty.channel.Channel;

/** Written to a channel that streams an answer: the answer ends, and the connection with it. */
public enum StreamEnd {
  INSTANCE;

  /** Ends the answer after what was written before. In the channel's event loop. */
  public void send(Channel channel) {
    var _ = channel.writeAndFlush(this);
  }
}
