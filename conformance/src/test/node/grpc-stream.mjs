// A session over the stream of the gRPC API, as a user of @grpc/grpc-js writes it: answers are matched to requests by
// their id, and everything else is an event.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Inbox, within } from './stage.mjs';

const PROTO = fileURLToPath(new URL('../../../../proto/src/main/protobuf', import.meta.url));
const definition = loadSync('polyhub/v1/hub.proto', {
  includeDirs: [PROTO],
  keepCase: false,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});
export const { Hub } = grpc.loadPackageDefinition(definition).polyhub.v1;
export { grpc };

/** Opens a client of the service, which connects and reconnects by itself. */
export function open(address) {
  return new Hub(address, grpc.credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 300,
  });
}

/** Credentials of a call. */
export function bearer(token) {
  const metadata = new grpc.Metadata({ waitForReady: true });
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** Makes a unary call. */
export function call(hub, method, request, metadata) {
  return within(
    new Promise((resolve, reject) => {
      const deadline = Date.now() + 20_000;
      hub[method](request, metadata, { deadline }, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    }),
    `an answer to ${method}`,
  );
}

/** One session. */
export class Stream {
  #stream;
  #nextId = 1;
  #awaited = new Map();
  messages = new Inbox('messages');
  events = new Inbox('events');
  /** The status with which the stream ended. */
  ended;

  constructor(hub, metadata) {
    this.#stream = hub.connect(metadata);
    this.#stream.on('data', (frame) => this.#take(frame));
    this.ended = new Promise((resolve) => {
      this.#stream.on('error', () => {});
      this.#stream.on('status', (status) => {
        resolve(status);
        this.#awaited.forEach((answer) => answer({ error: { code: 'STREAM_ENDED', text: status.details } }));
      });
    });
  }

  #take(frame) {
    if (frame.id !== '0') {
      this.#awaited.get(frame.id)?.(frame);
      this.#awaited.delete(frame.id);
    } else {
      (frame.body === 'message' ? this.messages : this.events).put(frame[frame.body]);
    }
  }

  /** Sends a request and returns its answer; a refusal is thrown. */
  async ask(kind, request) {
    const id = String(this.#nextId++);
    const answered = new Promise((resolve) => this.#awaited.set(id, resolve));
    this.#stream.write({ id, [kind]: request });
    const frame = await within(answered, `an answer to ${kind}`);
    if (frame.error) {
      throw Object.assign(new Error(frame.error.text), { code: frame.error.code });
    }
    return frame[frame.body];
  }

  publish(channel, text, more = {}) {
    return this.ask('publish', { channel, payload: Buffer.from(text), ...more });
  }

  subscribe(filter, more = {}) {
    return this.ask('subscribe', { filter, ...more });
  }

  end() {
    this.#stream.end();
    return this.ended;
  }
}
