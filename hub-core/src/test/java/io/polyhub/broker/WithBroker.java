package io.polyhub.broker;

/** What a test class offers so that the contract suite can run against its broker. */
public interface WithBroker {

  /** Opens and starts a broker with nothing in it, under {@link BrokerProbe#rules}. */
  BrokerProbe open() throws Exception;

  /** Whether each channel is held to its rule's bytes; else only all channels together are. */
  default boolean boundsBytesOfEachChannel() {
    return true;
  }
}
