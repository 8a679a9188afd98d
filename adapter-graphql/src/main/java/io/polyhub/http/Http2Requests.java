package io.polyhub.http;

import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.CloseConnectionException;

/** The requests of an HTTP/2 connection. Used by the connection's own thread. */
final class Http2Requests implements Incoming {

  private final Peer peer;
  private final Http2Frames frames;
  private byte[] first;

  Http2Requests(Peer peer, byte[] first) {
    this.peer = peer;
    this.first = first;
    frames = new Http2Frames(peer.bounds(), System.nanoTime());
  }

  @Override
  public byte[] pull() {
    byte[] bytes = first;
    first = new byte[0];
    if (bytes.length == 0) {
      Http2Frames.Wait wait = frames.waitsFor(System.nanoTime());
      peer.accepted().expect(wait.otherwise(), wait.nanos());
      bytes = peer.read();
    }
    try {
      frames.follow(bytes, System.nanoTime());
      peer.hold(frames.held());
    } catch (Refused refused) {
      peer.countRefused(refused);
      throw new CloseConnectionException("refused: " + refused.text());
    }
    return bytes;
  }

  @Override
  public DataWriter writer() {
    return peer.writer();
  }

  @Override
  public void release() {
    peer.release();
  }
}
