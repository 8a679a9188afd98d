import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { PUBLISH, QUICKLY, data, errorCode, follow, useGraphQl } from './graphql-clients.mjs';
import { forgedToken, scenario, setting, step, token, within } from './stage.mjs';

const STREAM = '/graphql/stream';

function client(base, user, options) {
  return createClient({
    url: `${base}${STREAM}`,
    headers: () => ({ authorization: `Bearer ${token(user)}` }),
    retryAttempts: 1000,
    retry: () => new Promise((resolve) => setTimeout(resolve, QUICKLY)),
    ...options,
  });
}

/** Runs a query or mutation over plain HTTP, as any GraphQL client does. */
async function ask(query, variables) {
  const answer = await within(
    fetch(`${setting('POLYHUB_HTTP')}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token('bob')}` },
      body: JSON.stringify({ query, variables }),
    }),
    'an answer',
  );
  assert.equal(answer.status, 200);
  return answer.json();
}

await scenario('graphql-sse', async () => {
  const room = 'stock/graphql-sse/room';
  const alice = client(setting('POLYHUB_HTTP_LINE'), 'alice');
  await useGraphQl({ room, alice, ask, door: 'graphql' });

  step('ask over the event stream');
  const askByStream = (query, variables) =>
    within(
      new Promise((resolve, reject) => {
        let result;
        alice.subscribe(
          { query, variables },
          { next: (value) => (result = value), error: reject, complete: () => resolve(result) },
        );
      }),
      'an answer by the stream',
    );
  const { publish } = data(await askByStream(PUBLISH, { channel: room, data: { n: 100 } }));
  assert.equal(publish.guarantee, 'AT_LEAST_ONCE');

  step('be refused what is not allowed');
  assert.equal(errorCode(await ask(PUBLISH, { channel: 'elsewhere', data: {} })), 'PERMISSION_DENIED');
  const mallory = client(setting('POLYHUB_HTTP'), 'alice', {
    headers: { authorization: `Bearer ${forgedToken('alice')}` },
    retryAttempts: 0,
  });
  const { events } = follow(mallory, room);
  assert.equal((await events.take(1))[0].error.response.status, 401);

  step('say goodbye');
  alice.dispose();
  mallory.dispose();
});
