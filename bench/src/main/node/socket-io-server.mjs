// Socket.IO: a room for each channel. Connections begin as WebSockets and stay uncompressed, as its
// guide to performance advises for many clients.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const server = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});
server.on("connection", (socket) => {
  // The guide: what the first request holds is not needed any more, and costs memory.
  socket.conn.request = null;
  socket.on("subscribe", (channel, done) => {
    socket.join(channel);
    done?.();
  });
  socket.on("publish", (channel, data, done) => {
    server.to(channel).emit("message", channel, data);
    done?.();
  });
});
http.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  console.log(`port ${http.address().port}`);
});
