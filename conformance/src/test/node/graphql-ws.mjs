import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PUBLISH, QUICKLY, data, errorCode, follow, useGraphQl } from './graphql-clients.mjs';
import { Inbox, forgedToken, scenario, setting, step, token, within } from './stage.mjs';

const line = `${setting('POLYHUB_WEBSOCKET_LINE')}/graphql`;
const direct = `${setting('POLYHUB_WEBSOCKET')}/graphql`;

function client(url, options) {
  return createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 1000,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, QUICKLY)),
    shouldRetry: () => true,
    ...options,
  });
}

/** Runs a query or mutation, and waits for its one result. */
function asker(graphql) {
  return (query, variables) =>
    within(
      new Promise((resolve, reject) => {
        let result;
        graphql.subscribe(
          { query, variables },
          { next: (value) => (result = value), error: reject, complete: () => resolve(result) },
        );
      }),
      'an answer',
    );
}

await scenario('graphql-ws', async () => {
  const room = 'stock/graphql-ws/room';
  const alice = client(line, { connectionParams: () => ({ token: token('alice') }) });
  const bob = client(direct, { lazy: false, connectionParams: { Authorization: `Bearer ${token('bob')}` } });
  const ask = asker(bob);
  await useGraphQl({ room, alice, ask, door: 'graphql' });

  step('renew the token in the session');
  const closes = new Inbox('closes');
  const carol = client(direct, {
    lazy: false,
    connectionParams: () => ({ token: token('carol', { seconds: 3 }) }),
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: { closed: closes.put },
  });
  const askAsCarol = asker(carol);
  const refresh = 'mutation ($token: String!) { refresh(token: $token) { at } }';
  const { at } = data(await askAsCarol(refresh, { token: token('carol', { seconds: 5 }) })).refresh;
  const [close] = await closes.take(1);
  assert.ok(Date.now() >= Date.parse(at), 'it outlived its first token');
  assert.equal(close.code, 4403);

  step('be refused what is not allowed');
  assert.equal(errorCode(await ask(PUBLISH, { channel: 'elsewhere', data: {} })), 'PERMISSION_DENIED');
  const mallory = client(direct, {
    connectionParams: { token: forgedToken('alice') },
    shouldRetry: () => false,
  });
  const { events } = follow(mallory, room);
  assert.equal((await events.take(1))[0].error.code, 4403);

  step('say goodbye');
  await Promise.all([alice, bob, carol, mallory].map((each) => each.dispose()));
});
