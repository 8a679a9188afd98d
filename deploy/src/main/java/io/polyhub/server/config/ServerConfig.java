package io.polyhub.server.config;

import io.polyhub.channel.Rules;
import io.polyhub.graphql.GraphQlConfig;
import io.polyhub.grpc.GrpcConfig;
import io.polyhub.hub.Limits;
import io.polyhub.identity.IdentityConfig;
import io.polyhub.mqtt.MqttConfig;
import io.polyhub.websocket.WebSocketConfig;
import org.jspecify.annotations.Nullable;

/**
 * All that an operator can set. Made of configuration by {@link LoadedConfig}.
 *
 * @param eventLoops how many threads serve the long-lived sockets
 * @param auth who is let in
 * @param broker what stores publications and carries them between nodes
 * @param network how connections come in
 * @param limits the hub's bounds
 * @param rules what holds for which channels, in order
 * @param websocket the WebSocket door, or null for none
 * @param http the HTTP door, with GraphQL, or null for none
 * @param mqtt the MQTT door, over TCP, TLS and WebSocket, or null for none
 * @param grpc the gRPC door, or null for none
 * @param admin the port for operators
 * @param logging how to log
 * @param shutdown how to go down
 */
public record ServerConfig(
    int eventLoops,
    IdentityConfig auth,
    BrokerConfig broker,
    NetworkConfig network,
    Limits limits,
    Rules rules,
    @Nullable WebSocketConfig websocket,
    @Nullable GraphQlConfig http,
    @Nullable MqttConfig mqtt,
    @Nullable GrpcConfig grpc,
    AdminConfig admin,
    LoggingConfig logging,
    ShutdownConfig shutdown) {}
