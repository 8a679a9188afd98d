package io.polyhub.websocket;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.hub.TestHub;
import io.polyhub.identity.Gatekeeper;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.identity.JwtConfig;
import io.polyhub.identity.OpenAuthenticator;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A hub with a WebSocket door as the test suites of the Centrifuge SDKs expect their server to be:
 * on port 8000 or the one that is given, tokens signed with the secret {@code secret}, and
 * anonymous clients let in to do everything. Runs until it is ended from outside.
 */
final class StockSuiteServer {

  private StockSuiteServer() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = arguments.length == 0 ? 8000 : Integer.parseInt(arguments[0]);
    IdentityConfig identity =
        new IdentityConfig(
            JwtConfig.ofSecret("secret"), null, List.of(OpenAuthenticator.EVERYTHING));
    Gatekeeper gatekeeper =
        Gatekeeper.start(identity, InstantSource.system(), new SimpleMeterRegistry());
    try (TestHub hub = TestHub.with().authenticator(gatekeeper).start();
        TestDoor door =
            TestDoor.start(
                hub, new TestSettings().config().listeningOn("127.0.0.1", port), List.of())) {
      System.out.println("listening on port " + door.port());
      new CountDownLatch(1).await();
    }
  }
}
