package io.polyhub.mqtt.connection;

import io.netty.channel.Channel;
import io.polyhub.hub.CloseReason;
import io.polyhub.identity.Credentials;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What carries the bytes of one connection: TCP, TLS or WebSocket. Confined to its event loop. */
interface Transport {

  /** What the client has shown before its CONNECT. */
  Credentials shown(Channel channel);

  /** Where the client is, by what trusted proxies say; null if that is not known any more. */
  @Nullable SocketAddress address(Channel channel);

  /** Ends the connection once what was written is sent. */
  void end(Channel channel, CloseReason reason);
}
