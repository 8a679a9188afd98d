// A crowd of stock clients of one kind that stay subscribed to one channel while the servers behind them restart.
// Each comes back by what its library does for that; where the library leaves it to its user to open a stream again
// (gRPC), it is done as users do it. The test that started the crowd asks, a line for each question, and is answered in
// a line: `back` with how many are not subscribed, `report` and what was acknowledged with what they missed.
import { createInterface } from 'node:readline';
import { Centrifuge } from 'centrifuge';
import { Centrifuge as CentrifugeProtobuf } from 'centrifuge/build/protobuf';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient as createStreamClient } from 'graphql-sse';
import mqtt from 'mqtt';
import WebSocket from 'ws';
import { FEED, data } from './graphql-clients.mjs';
import { Hub, Stream, grpc } from './grpc-stream.mjs';
import { setting } from './stage.mjs';

const CHANNEL = setting('POLYHUB_CHANNEL');
const KIND = setting('POLYHUB_KIND');
const COUNT = Number(setting('POLYHUB_COUNT'));
/** How many clients of a kind are on their way in at a time. */
const AT_A_TIME = 25;
const RETRIES = 10_000;

/** What one client has seen. */
class Seen {
  #numbers = new Map();
  #lostSince = null;
  subscribed = false;
  /** Why it is not subscribed, as its library says it. */
  trouble = '';
  repeats = 0;
  disorder = 0;
  gaps = [];
  unrecovered = 0;
  #waiting = [];

  message({ p, n }) {
    let of = this.#numbers.get(p);
    if (!of) {
      this.#numbers.set(p, (of = { has: new Set(), last: 0 }));
    }
    if (of.has.has(n)) {
      this.repeats += 1;
      return;
    }
    of.has.add(n);
    if (n < of.last) {
      this.disorder += 1;
    }
    of.last = Math.max(of.last, n);
  }

  /** The subscription is in force, for the first time or again. */
  back(recovered = true) {
    if (!recovered) {
      this.unrecovered += 1;
    }
    if (this.#lostSince !== null) {
      this.gaps.push(Date.now() - this.#lostSince);
      this.#lostSince = null;
    }
    this.subscribed = true;
    this.#waiting.splice(0).forEach((resolve) => resolve());
  }

  lost() {
    if (this.subscribed) {
      this.subscribed = false;
      this.#lostSince = Date.now();
    }
  }

  ready() {
    return this.subscribed ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** How many of those are missing, by publisher: the numbers up to the one that is given, without the exceptions. */
  missing(acknowledged) {
    let missing = 0;
    for (const [publisher, { last, except }] of Object.entries(acknowledged)) {
      const has = this.#numbers.get(publisher)?.has ?? new Set();
      const excepted = new Set(except);
      for (let n = 1; n <= last; n++) {
        if (!has.has(n) && !excepted.has(n)) {
          missing += 1;
        }
      }
    }
    return missing;
  }
}

function centrifuge(Client, decode) {
  return (seen) => {
    const client = new Client(`${setting('POLYHUB_WEBSOCKET')}/connection/websocket`, { websocket: WebSocket });
    const subscription = client.newSubscription(CHANNEL, { positioned: true, recoverable: true });
    subscription.on('publication', (publication) => seen.message(decode(publication.data)));
    subscription.on('subscribed', (event) => seen.back(!event.wasRecovering || event.recovered));
    subscription.on('subscribing', () => seen.lost());
    subscription.on('error', ({ type, error }) => (seen.trouble = `${type}: ${error.message}`));
    client.on('connecting', ({ code, reason }) => (seen.trouble = `${code} ${reason}`));
    client.on('error', ({ type, error }) => (seen.trouble = `${type}: ${error.message}`));
    client.on('disconnected', ({ code, reason }) => givenUp.add(`${KIND} gave up: ${code} ${reason}`));
    subscription.on('unsubscribed', ({ code, reason }) => givenUp.add(`${KIND} gave up: ${code} ${reason}`));
    subscription.subscribe();
    client.connect();
  };
}

function mqttOf(version) {
  return (seen, index) => {
    const client = mqtt.connect(setting('POLYHUB_MQTT'), {
      protocolVersion: version,
      clientId: `crowd-${version}-${index}`,
      clean: false,
      ...(version === 5 ? { properties: { sessionExpiryInterval: 3600 } } : {}),
    });
    client.on('message', (topic, payload) => seen.message(JSON.parse(payload)));
    client.on('connect', (connack) => {
      if (connack.sessionPresent) {
        seen.back(connack.properties?.userProperties?.['polyhub-recovered'] !== 'false');
      } else {
        client.subscribe(CHANNEL, { qos: 1 }, () => seen.back(seen.gaps.length === 0));
      }
    });
    client.on('close', () => seen.lost());
    client.on('error', (error) => (seen.trouble = error.message));
  };
}

/** Follows the channel by any GraphQL client: `since` is read anew for each attempt. */
function feed(client, seen) {
  const variables = { channel: CHANNEL };
  client.subscribe(
    { query: FEED, variables },
    {
      next: (result) => {
        const event = data(result).feed;
        variables.since = event.cursor ?? event.feedCursor ?? variables.since;
        if (event.__typename === 'Message') {
          seen.message(event.data);
        } else if (event.__typename === 'Subscribed') {
          seen.back(event.recovery !== 'UNRECOVERABLE');
        }
      },
      error: (error) => givenUp.add(`${KIND} gave up: ${error?.message ?? JSON.stringify(error)}`),
      complete: () => givenUp.add(`${KIND} gave up: completed`),
    },
  );
}

function graphQlSocket(seen) {
  const client = createSocketClient({
    url: `${setting('POLYHUB_WEBSOCKET')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: RETRIES,
    shouldRetry: () => true,
    on: { closed: () => seen.lost() },
  });
  feed(client, seen);
}

function graphQlStream(seen) {
  const client = createStreamClient({
    url: `${setting('POLYHUB_HTTP')}/graphql/stream`,
    retryAttempts: RETRIES,
    onMessage: () => {},
    retry: async (retries) => {
      seen.lost();
      const base = Math.min(1000 * 2 ** retries, 4000);
      await new Promise((resolve) => setTimeout(resolve, base + Math.random() * 1000));
    },
  });
  feed(client, seen);
}

async function grpcStream(seen) {
  const hub = new Hub(setting('POLYHUB_GRPC'), grpc.credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  let since = '';
  for (;;) {
    const metadata = new grpc.Metadata({ waitForReady: true });
    const stream = new Stream(hub, metadata);
    try {
      await stream.ask('hello', {});
      const subscribed = await stream.subscribe(CHANNEL, since ? { since } : {});
      since ||= subscribed.cursor;
      seen.back(subscribed.recovery !== 'RECOVERY_UNRECOVERABLE');
      let ended = false;
      stream.ended.then(() => (ended = true));
      while (!ended || stream.messages.length > 0) {
        const wanted = Math.max(1, stream.messages.length);
        const come = await Promise.race([stream.messages.take(wanted), stream.ended.then(() => [])]);
        for (const message of come) {
          since = message.cursor;
          seen.message(JSON.parse(message.publication.payload));
        }
        if (ended && stream.messages.length === 0) {
          break;
        }
      }
    } catch {
      // Not admitted, or gone in the midst of it: the next attempt tells.
    }
    seen.lost();
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 800));
  }
}

const KINDS = {
  'centrifuge-json': centrifuge(Centrifuge, (value) => value),
  'centrifuge-protobuf': centrifuge(CentrifugeProtobuf, (bytes) => JSON.parse(new TextDecoder().decode(bytes))),
  'mqtt-3.1.1': mqttOf(4),
  'mqtt-5': mqttOf(5),
  'graphql-ws': graphQlSocket,
  'graphql-sse': graphQlStream,
  grpc: grpcStream,
};

const crowd = [];
/** Why clients have ended for good, each reason once. */
const givenUp = new Set();

async function gather(open) {
  for (let done = 0; done < COUNT; done += AT_A_TIME) {
    const coming = [];
    for (let i = done; i < Math.min(done + AT_A_TIME, COUNT); i++) {
      const seen = new Seen();
      crowd.push(seen);
      open(seen, i);
      coming.push(seen.ready());
    }
    await Promise.all(coming);
  }
}

/** How many are not subscribed just now and why, with what they gave up for: nothing if all are. */
function away() {
  const counts = new Map();
  for (const { trouble, subscribed } of crowd) {
    if (!subscribed) {
      const what = trouble ? `${KIND} (${trouble})` : KIND;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  }
  return [...[...counts].map(([what, count]) => `${count} ${what}`), ...givenUp].join(', ');
}

function report(acknowledged) {
  const gaps = crowd.flatMap((seen) => seen.gaps).sort((a, b) => a - b);
  const sum = (of) => crowd.reduce((total, seen) => total + of(seen), 0);
  return {
    kind: KIND,
    clients: crowd.length,
    missing: sum((seen) => seen.missing(acknowledged)),
    repeats: sum((seen) => seen.repeats),
    disorder: sum((seen) => seen.disorder),
    unrecovered: sum((seen) => seen.unrecovered),
    comebacks: gaps.length,
    gapMedianMs: gaps[Math.floor(gaps.length / 2)] ?? 0,
    gapMaxMs: gaps.at(-1) ?? 0,
  };
}

process.on('unhandledRejection', (error) => console.log(`failed: ${error?.stack ?? error}`));

await gather(KINDS[KIND]);
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'back') {
    console.log(`back ${away()}`);
  } else if (line.startsWith('report ')) {
    console.log(`report ${JSON.stringify(report(JSON.parse(line.slice('report '.length))))}`);
  }
}
process.exit(0);
