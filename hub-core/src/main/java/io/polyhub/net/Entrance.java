package io.polyhub.net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a port does with connections before it knows anything of them but where they come from: at
 * which pace they are accepted, how many of one address, and whose they are when a proxy stands in
 * between. Safe for any thread; never blocks.
 *
 * <p>A connection of a trusted proxy is not counted among those of the proxy's address. It is
 * counted as its client's once the proxy has told who that is.
 */
public final class Entrance {

  private static final Logger log = LoggerFactory.getLogger(Entrance.class);
  private static final String DOOR = "door";

  private final String door;
  private final ProxyProtocol proxyProtocol;
  private final TrustedProxies proxies;
  private final @Nullable AddressGate gate;
  private final @Nullable ConnectPace pace;
  private final Map<Refused, Counter> refused = new EnumMap<>(Refused.class);
  private final Counter pauses;

  /** Whose connections are, by their ends, where a header of the PROXY protocol has told. */
  private final Map<Ends, InetSocketAddress> told = new ConcurrentHashMap<>();

  /**
   * Makes the entrance of one port.
   *
   * @param door its name in metrics
   * @param gate counts addresses, or null for none
   * @param pace of accepting, or null for none
   */
  public Entrance(
      String door,
      ProxyProtocol proxyProtocol,
      TrustedProxies proxies,
      @Nullable AddressGate gate,
      @Nullable ConnectPace pace,
      MeterRegistry registry) {
    this.door = door;
    this.proxyProtocol = proxyProtocol;
    this.proxies = proxies;
    this.gate = gate;
    this.pace = pace;
    for (Refused reason : Refused.values()) {
      refused.put(
          reason,
          registry.counter(
              "polyhub.address.refusals",
              DOOR,
              door,
              "reason",
              reason.name().toLowerCase(Locale.ROOT)));
    }
    pauses = registry.counter("polyhub.accept.pauses", DOOR, door);
  }

  /** An entrance without bounds, where nobody is believed to speak for another. */
  public static Entrance open() {
    return new Entrance(
        "open", ProxyProtocol.OFF, TrustedProxies.NONE, null, null, new SimpleMeterRegistry());
  }

  private record Ends(SocketAddress peer, SocketAddress local) {}

  /** Why a connection is closed at once. */
  private enum Refused {
    /** Its address has too many. */
    CONNECTIONS,
    /** Its address has made too many a moment ago. */
    RATE,
    /** The PROXY protocol was not spoken as it must be. */
    PROXY
  }

  /** What to do with a connection that was accepted. */
  public sealed interface Arrival {

    /**
     * It comes in.
     *
     * @param lease to be closed when the connection is over
     */
    record Taken(Lease lease) implements Arrival {}

    /** It begins with a header of the PROXY protocol, or may: see {@link ProxyHeader}. */
    record Proxied() implements Arrival {}

    /** It is to be closed, without a word. */
    record TurnedAway() implements Arrival {}
  }

  private static final Arrival PROXIED = new Arrival.Proxied();
  private static final Arrival TURNED_AWAY = new Arrival.TurnedAway();
  private static final Arrival UNCOUNTED = new Arrival.Taken(Lease.NONE);

  /** Whether one more connection may be accepted now; else after {@link ConnectPace#PAUSE}. */
  public boolean mayAccept() {
    if (pace == null || pace.tryTake()) {
      return true;
    }
    pauses.increment();
    return false;
  }

  /** Judges a connection by where it comes from; null if there is no telling any more. */
  public Arrival arrive(@Nullable SocketAddress peer) {
    InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (address == null) {
      return UNCOUNTED;
    }
    if (proxies.contains(address) && !proxies.areClients()) {
      return proxyProtocol == ProxyProtocol.OFF ? UNCOUNTED : PROXIED;
    }
    if (proxyProtocol == ProxyProtocol.REQUIRED) {
      return turnAway(Refused.PROXY, address);
    }
    return count(address);
  }

  /**
   * Judges a connection by what it begins with, after {@link Arrival.Proxied}.
   *
   * @param start which is not {@link ProxyHeader.Start.More}
   */
  public Arrival arrive(SocketAddress peer, SocketAddress local, ProxyHeader.Start start) {
    return switch (start) {
      case ProxyHeader.Start.Found(int _, InetSocketAddress source) when source != null ->
          proxied(new Ends(peer, local), source);
      case ProxyHeader.Start.Found _ -> UNCOUNTED;
      case ProxyHeader.Start.Absent _ when proxyProtocol == ProxyProtocol.OPTIONAL -> UNCOUNTED;
      case ProxyHeader.Start.Absent _, ProxyHeader.Start.Malformed _, ProxyHeader.Start.More _ ->
          turnAway(Refused.PROXY, peer);
    };
  }

  private Arrival proxied(Ends ends, InetSocketAddress source) {
    Arrival arrival =
        proxies.contains(source.getAddress()) ? UNCOUNTED : count(source.getAddress());
    if (!(arrival instanceof Arrival.Taken(Lease lease))) {
      return arrival;
    }
    told.put(ends, source);
    return new Arrival.Taken(() -> {
      told.remove(ends, source);
      lease.close();
    });
  }

  /** Whether a connection of this door may begin with a header that was not read. */
  public ProxyProtocol proxyProtocol() {
    return proxyProtocol;
  }

  private Arrival count(InetAddress address) {
    if (gate == null) {
      return UNCOUNTED;
    }
    return switch (gate.admit(address)) {
      case AddressGate.Admission.Admitted(Lease lease) -> new Arrival.Taken(lease);
      case AddressGate.Admission.Refused.CONNECTIONS -> turnAway(Refused.CONNECTIONS, address);
      case AddressGate.Admission.Refused.RATE -> turnAway(Refused.RATE, address);
    };
  }

  /** The log holds so many lines of one kind a second; whoever writes it sees to that. */
  private Arrival turnAway(Refused reason, Object address) {
    Counter counter = refused.get(reason);
    if (counter != null) {
      counter.increment();
    }
    log.info("a connection from {} to the {} port was closed at once: {}", address, door, reason);
    return TURNED_AWAY;
  }

  /**
   * Whose request it is.
   *
   * @param peer the far end of the connection
   * @param local its near end
   * @param forwarded the values of all {@code X-Forwarded-For} headers, in order
   * @return the client; the peer, unless a trusted proxy says otherwise
   */
  public InetSocketAddress client(
      InetSocketAddress peer, SocketAddress local, List<String> forwarded) {
    return proxies.client(connected(peer, local), forwarded);
  }

  private InetSocketAddress connected(InetSocketAddress peer, SocketAddress local) {
    return told.isEmpty() ? peer : told.getOrDefault(new Ends(peer, local), peer);
  }

  /**
   * Counts what a client has by a connection that is not its own: a WebSocket or a stream that a
   * trusted proxy passed on. What came in by the client's own connection is counted already.
   *
   * @param client as {@link #client} found it
   * @return a lease to be closed with it; nothing if the client's address has too many
   */
  public Optional<Lease> enter(
      InetSocketAddress peer, SocketAddress local, InetSocketAddress client) {
    InetAddress address = client.getAddress();
    if (address == null || connected(peer, local).equals(client) || proxies.contains(address)) {
      return Optional.of(Lease.NONE);
    }
    return count(address) instanceof Arrival.Taken(Lease lease)
        ? Optional.of(lease)
        : Optional.empty();
  }
}
