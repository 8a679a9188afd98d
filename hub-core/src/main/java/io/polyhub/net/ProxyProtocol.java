package io.polyhub.net;

/** Whether a port reads the PROXY protocol's header, from trusted proxies alone. */
public enum ProxyProtocol {
  /** It does not. */
  OFF,
  /** Where a connection of a trusted proxy begins with one. */
  OPTIONAL,
  /** Every connection must come from a trusted proxy and begin with one. */
  REQUIRED
}
