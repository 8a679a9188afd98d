package io.polyhub.mqtt.connection;

import io.polyhub.hub.Session;
import io.polyhub.mqtt.session.SessionData;
import io.polyhub.mqtt.session.SessionWriter;

/**
 * What the flows of one connected client have in common.
 *
 * @param client the connection
 * @param reader reads its packets
 * @param answers writes what the client waits for
 * @param writer stores the session
 * @param session the hub's session
 * @param data the session of MQTT
 * @param wantsCursors whether the client has asked for cursors on what it publishes
 */
record FlowContext(
    Client client,
    PacketReader reader,
    Answers answers,
    SessionWriter writer,
    Session session,
    SessionData data,
    boolean wantsCursors) {}
