package io.polyhub.conformance.faults;

import io.polyhub.bench.load.ClientLoops;
import io.polyhub.bench.load.Dialect;
import io.polyhub.bench.load.LoadClient;
import io.polyhub.bench.load.LoadListener;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Publishes over WebSocket or MQTT. */
final class LoadPublisher implements Publisher {

  private final String name;
  private final boolean repeats;
  private final ClientLoops loops;
  private final int port;
  private final Supplier<Dialect> dialect;
  private final Ledger ledger = new Ledger();
  private @Nullable LoadClient client;
  private boolean allowed;
  private int inFlight;
  private String lastEnd = "none";

  /**
   * @param repeats whether the dialect publishes again what was unfinished, so that the hub can
   *     tell
   */
  LoadPublisher(
      String name, boolean repeats, ClientLoops loops, int port, Supplier<Dialect> dialect) {
    this.name = name;
    this.repeats = repeats;
    this.loops = loops;
    this.port = port;
    this.dialect = dialect;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public boolean repeats() {
    return repeats;
  }

  @Override
  public void connect() {
    LoadClient.open(
        loops,
        port,
        0,
        dialect.get(),
        new LoadListener() {
          @Override
          public void ready(LoadClient ready) {
            connected(ready);
          }

          @Override
          public void acknowledged(LoadClient from, long number) {
            LoadPublisher.this.acknowledged(number);
          }

          @Override
          public void goodbye(LoadClient from, int code) {
            saidGoodbye(code);
          }

          @Override
          public void closed(LoadClient gone) {
            disconnected();
          }
        });
  }

  private synchronized void connected(LoadClient ready) {
    client = ready;
    if (!repeats) {
      // What was on its way is given up: whether it arrived is not known, and need not be.
      inFlight = 0;
    }
    pump();
  }

  private synchronized void acknowledged(long number) {
    ledger.acknowledge(number);
    inFlight--;
    pump();
  }

  private synchronized void saidGoodbye(int code) {
    lastEnd = "a goodbye with code " + code;
  }

  private synchronized void disconnected() {
    if (client == null) {
      lastEnd += ", then a connection that was never ready";
    }
    client = null;
  }

  @Override
  public synchronized void go() {
    allowed = true;
    pump();
  }

  @Override
  public synchronized void halt() {
    allowed = false;
  }

  private void pump() {
    LoadClient to = client;
    while (to != null && allowed && inFlight < WINDOW) {
      long number = ledger.attempt();
      inFlight++;
      to.publish(number, channel(), payload(number));
    }
  }

  @Override
  public synchronized boolean isSettled() {
    return client != null && inFlight == 0;
  }

  @Override
  public synchronized boolean isConnected() {
    return client != null;
  }

  @Override
  public synchronized String state() {
    return name
        + (client == null ? " is not connected, " : " is connected, ")
        + inFlight
        + " in flight, the last end: "
        + lastEnd;
  }

  @Override
  public synchronized void close() {
    allowed = false;
    if (client != null) {
      client.abort();
    }
  }
}
