// WebSocket with the library `ws`: channels in a map, each publication made ready once and sent to
// each subscriber. It speaks as much of the Centrifuge protocol's JSON as load clients do.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const channels = new Map();

function subscribe(socket, channel) {
  let subscribers = channels.get(channel);
  if (!subscribers) {
    channels.set(channel, (subscribers = new Set()));
  }
  subscribers.add(socket);
  socket.subscribed.push(channel);
}

function leave(socket) {
  for (const channel of socket.subscribed) {
    const subscribers = channels.get(channel);
    subscribers.delete(socket);
    if (subscribers.size === 0) {
      channels.delete(channel);
    }
  }
}

function publish(channel, data) {
  const subscribers = channels.get(channel);
  if (!subscribers) {
    return;
  }
  const push = Buffer.from(JSON.stringify({ push: { channel, pub: { data } } }));
  for (const subscriber of subscribers) {
    subscriber.send(push, { binary: false });
  }
}

function answer(socket, line) {
  const command = JSON.parse(line);
  if (command.publish) {
    publish(command.publish.channel, command.publish.data);
    return { id: command.id, publish: {} };
  }
  if (command.subscribe) {
    subscribe(socket, command.subscribe.channel);
    return { id: command.id, subscribe: {} };
  }
  return { id: command.id, connect: {} };
}

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.subscribed = [];
  socket.on("message", (message) => {
    const lines = message.toString().split("\n");
    socket.send(lines.map((line) => JSON.stringify(answer(socket, line))).join("\n"));
  });
  socket.on("close", () => leave(socket));
  socket.on("error", () => socket.terminate());
});
http.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  console.log(`port ${http.address().port}`);
});
