// Subscribes to the channel `news` over WebSocket, publishes there once a second, and prints what comes.
// npm install && node main.mjs
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws'; // browsers have their own

const client = new Centrifuge(process.env.POLYHUB_WEBSOCKET ?? 'ws://127.0.0.1:8000/connection/websocket', {
  websocket: WebSocket,
  token: process.env.POLYHUB_TOKEN, // none is needed while no authentication is configured
});
client.on('disconnected', reason => console.error(`disconnected: ${reason.code} ${reason.reason}`));

// `recoverable`: after a lost connection the SDK goes on behind the last publication that it got.
const news = client.newSubscription('news', { recoverable: true });
news.on('subscribed', context => console.error(`subscribed, recovered: ${context.recovered}`));
news.on('publication', publication => console.log(JSON.stringify(publication.data)));
news.on('error', error => console.error(`refused: ${error.error.code} ${error.error.message}`));
news.subscribe();
client.connect();

let count = 0;
setInterval(async () => {
  try {
    // Once this resolves, the server keeps the publication.
    await news.publish({ from: 'javascript', count: ++count });
  } catch (error) {
    console.error(`not published: ${error.code} ${error.message}`);
  }
}, 1000);
