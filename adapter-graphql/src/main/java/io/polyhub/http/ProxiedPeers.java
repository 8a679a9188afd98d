package io.polyhub.http;

import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.ProxyProtocolV2Data;
import io.polyhub.net.ProxyHeader;

/** What the web server has read of the PROXY protocol, in our terms. */
final class ProxiedPeers {

  private ProxiedPeers() {}

  /** The web server tells 0.0.0.0 where the header tells of no client. */
  static ProxyHeader.Start start(ProxyProtocolData read) {
    boolean own =
        read instanceof ProxyProtocolV2Data binary
            && binary.command() == ProxyProtocolV2Data.Command.LOCAL;
    boolean told =
        !own
            && read.protocol() == ProxyProtocolData.Protocol.TCP
            && (read.family() == ProxyProtocolData.Family.IPv4
                || read.family() == ProxyProtocolData.Family.IPv6);
    return told
        ? ProxyHeader.found(read.sourceAddress(), read.sourcePort())
        : ProxyHeader.withoutClient();
  }

  /** Of a line without a client the web server leaves the last byte, a line feed, unread. */
  static boolean leaveLineFeed(ProxyProtocolData read) {
    return !(read instanceof ProxyProtocolV2Data)
        && read.family() == ProxyProtocolData.Family.UNKNOWN;
  }
}
