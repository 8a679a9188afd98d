package io.polyhub.mqtt.connection;

import io.polyhub.mqtt.session.Bounds;

/**
 * How much may be open between one client and the server.
 *
 * @param receiveMaximum the most publications with QoS 1 and 2 that a client may have
 *     unacknowledged
 * @param unreleasedMax the most QoS 2 publications of an MQTT 3.1.1 client between PUBREC and
 *     PUBREL
 * @param maxInflight the most publications with QoS 1 and 2 that a client is sent unacknowledged;
 *     it may ask for fewer
 * @param topicAliasMaximum the most topic aliases that a client may set
 * @param outboundAliasMaximum the most topic aliases that are set towards a client which allows
 *     them
 */
public record ExchangeLimits(
    int receiveMaximum,
    int unreleasedMax,
    int maxInflight,
    int topicAliasMaximum,
    int outboundAliasMaximum) {

  /** What stock clients use in full. */
  public static final ExchangeLimits STANDARD = new ExchangeLimits(64, 1024, 64, 16, 16);

  private static final int TWO_BYTES = 0xFFFF;

  public ExchangeLimits {
    Bounds.check("receiveMaximum", receiveMaximum, 1, TWO_BYTES);
    Bounds.check("unreleasedMax", unreleasedMax, 1, TWO_BYTES);
    Bounds.check("maxInflight", maxInflight, 1, TWO_BYTES / 2);
    Bounds.check("topicAliasMaximum", topicAliasMaximum, 0, TWO_BYTES);
    Bounds.check("outboundAliasMaximum", outboundAliasMaximum, 0, TWO_BYTES);
  }
}
