package io.polyhub.identity;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A context that does all by another one, which may be a different one each time. */
final class LiveContext extends SSLContext {

  private LiveContext(SSLContextSpi spi, SSLContext first) {
    super(spi, first.getProvider(), first.getProtocol());
  }

  /**
   * @param current the one that is meant just now
   * @param failed told of each handshake of an engine that failed
   */
  static SSLContext of(Supplier<SSLContext> current, Consumer<SSLException> failed) {
    return new LiveContext(new Current(current, failed), current.get());
  }

  private static final class Current extends SSLContextSpi {

    private final Supplier<SSLContext> current;
    private final Consumer<SSLException> failed;

    Current(Supplier<SSLContext> current, Consumer<SSLException> failed) {
      this.current = current;
      this.failed = failed;
    }

    @Override
    protected void engineInit(
        KeyManager @Nullable [] keys,
        TrustManager @Nullable [] trust,
        @Nullable SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("is initialized");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return new WatchedEngine(current.get().createSSLEngine(), failed);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return new WatchedEngine(current.get().createSSLEngine(host, port), failed);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return current.get().getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return current.get().getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return current.get().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return current.get().getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return current.get().getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return current.get().getSupportedSSLParameters();
    }
  }
}
