package io.polyhub.mqtt.connection;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.polyhub.hub.CloseReason;
import io.polyhub.identity.Credentials;
import io.polyhub.net.Entrance;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** TCP, with or without TLS. */
public final class SocketTransport implements Transport {

  private final Entrance entrance;

  /**
   * Makes it for all connections of a door.
   *
   * @param entrance what they come in by
   */
  public SocketTransport(Entrance entrance) {
    this.entrance = entrance;
  }

  @Override
  public Credentials shown(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return new Credentials.None();
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return chain[0] instanceof X509Certificate certificate
          ? new Credentials.Certificate(certificate)
          : new Credentials.None();
    } catch (SSLPeerUnverifiedException noneShown) {
      return new Credentials.None();
    }
  }

  @Override
  public @Nullable SocketAddress address(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress peer
        ? entrance.client(peer, channel.localAddress(), List.of())
        : null;
  }

  /**
   * Sends the end of the stream and leaves it to the client, or to the timer, to close: closing
   * while the client still sends would reset the connection, and it would not see the goodbye.
   */
  @Override
  public void end(Channel channel, CloseReason reason) {
    var flushed = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    boolean tls = channel.pipeline().get(SslHandler.class) != null;
    if (tls || reason == CloseReason.CLIENT_CLOSED || !(channel instanceof DuplexChannel duplex)) {
      flushed.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    flushed.addListener(sent -> {
      if (sent.isSuccess()) {
        var _ = duplex.shutdownOutput();
      } else {
        var _ = channel.close();
      }
    });
    channel.config().setAutoRead(true);
  }
}
