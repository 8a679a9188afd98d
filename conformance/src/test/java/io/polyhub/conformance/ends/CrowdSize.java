package io.polyhub.conformance.ends;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many clients come by each door.
 *
 * @param websocket by the Centrifuge protocol
 * @param mqtt over TCP, each with a will
 * @param graphql over WebSocket
 * @param grpc each with a connection of its own
 * @param sse by GraphQL's event streams
 */
record CrowdSize(int websocket, int mqtt, int graphql, int grpc, int sse) {

  /** Divides so many clients among the doors; the heavier a door's clients, the fewer. */
  static CrowdSize of(int clients, boolean withSse) {
    int graphql = clients * 3 / 40;
    int grpc = clients / 20;
    int sse = withSse ? clients / 40 : 0;
    int mqtt = (clients - graphql - grpc - sse) / 2;
    return new CrowdSize(clients - mqtt - graphql - grpc - sse, mqtt, graphql, grpc, sse);
  }

  int all() {
    return websocket + mqtt + graphql + grpc + sse;
  }

  /** Each channel that the crowd is on, and how many of it are. */
  Map<String, Integer> byChannel() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("ends/websocket", websocket);
    counts.put("ends/mqtt", mqtt);
    counts.put("ends/graphql", graphql);
    counts.put("ends/grpc", grpc);
    if (sse > 0) {
      counts.put("ends/sse", sse);
    }
    return counts;
  }
}
