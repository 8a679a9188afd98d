import assert from 'node:assert/strict';
import { Stream, bearer, call, grpc, open } from './grpc-stream.mjs';
import { forgedToken, range, refused, scenario, setting, stage, step, token, within } from './stage.mjs';

const numbersOf = (messages) => messages.map(({ publication }) => Number(publication.payload.toString()));

/** Opens a session as soon as the server is there: the channel waits for it by itself. */
async function session(hub, user) {
  const stream = new Stream(hub, bearer(token(user)));
  stream.welcome = await stream.ask('hello', { clientName: 'grpc-js' });
  return stream;
}

await scenario('@grpc/grpc-js', async () => {
  const room = 'stock/grpc/room';
  const line = open(setting('POLYHUB_GRPC_LINE'));
  const direct = open(setting('POLYHUB_GRPC'));

  step('connect and subscribe with a token');
  let alice = await session(line, 'alice');
  assert.equal(alice.welcome.user, 'alice');
  const bob = await session(direct, 'bob');
  const subscribed = await alice.subscribe(`${room}/#`, { presenceEvents: true });
  assert.equal(subscribed.guarantee, 'GUARANTEE_AT_LEAST_ONCE');

  step('receive in order what another publishes');
  const acknowledgements = await Promise.all(range(0, 50).map((n) => bob.publish(`${room}/a`, String(n))));
  assert.ok(acknowledgements.every((published) => published.guarantee === 'GUARANTEE_AT_LEAST_ONCE'));
  let received = await alice.messages.take(50);
  assert.deepEqual(numbersOf(received), range(0, 50));
  assert.equal(received[0].publication.publisher.user, 'bob');
  assert.equal(received[49].publication.cursor, acknowledgements[49].cursor);

  step('count a repeated publication once');
  const first = await bob.publish(`${room}/a`, '50', { idempotencyKey: 'fifty' });
  const second = await bob.publish(`${room}/a`, '50', { idempotencyKey: 'fifty' });
  assert.deepEqual([first.duplicate, second.duplicate, second.cursor], [false, true, first.cursor]);

  step('publish, read history and presence by unary calls');
  const asBob = bearer(token('bob'));
  const unary = { publish: { channel: `${room}/a`, payload: Buffer.from('51'), contentType: 'text/plain' } };
  await call(direct, 'publish', unary, asBob);
  received = await alice.messages.take(2);
  assert.deepEqual(numbersOf(received), [50, 51]);
  assert.equal(received[1].publication.contentType, 'text/plain');
  const history = await call(direct, 'history', { channel: `${room}/a`, limit: 3, reverse: true }, asBob);
  assert.deepEqual(history.publications.map(({ payload }) => payload.toString()), ['51', '50', '49']);
  const own = await alice.subscribe(`${room}/a`);
  const presence = await call(direct, 'presence', { channel: `${room}/a` }, asBob);
  assert.deepEqual(presence.members.map(({ user, door }) => [user, door]), [['alice', 'grpc']]);
  await alice.ask('unsubscribe', { subscriptionId: own.subscriptionId });

  step('come back after a lost connection with nothing missed or repeated');
  await stage.cut();
  await within(alice.ended, 'the end of the stream');
  for (const n of range(52, 82)) {
    await bob.publish(`${room}/a`, String(n));
  }
  await stage.mend();
  alice = await session(line, 'alice');
  const resumed = await alice.subscribe(`${room}/#`, { since: received[1].cursor });
  assert.equal(resumed.recovery, 'RECOVERY_RECOVERED');
  received = await alice.messages.take(30);
  assert.deepEqual(numbersOf(received), range(52, 82));

  step('hear the goodbye of a server that restarts, and come back');
  await stage.restart();
  const goodbye = await alice.events.find((event) => event.resumePoints, 'the goodbye');
  assert.equal(goodbye.reason, 'CLOSE_REASON_SHUTDOWN');
  assert.equal(goodbye.resumePoints[0].filter, `${room}/#`);
  const carol = await session(direct, 'carol');
  for (const n of range(82, 102)) {
    await carol.publish(`${room}/a`, String(n));
  }
  alice = await session(line, 'alice');
  const again = await alice.subscribe(`${room}/#`, { since: goodbye.resumePoints[0].cursor });
  assert.equal(again.recovery, 'RECOVERY_RECOVERED');
  assert.deepEqual(numbersOf(await alice.messages.take(20)), range(82, 102));

  step('renew the token in the session');
  const dave = new Stream(direct);
  await dave.ask('hello', { token: token('dave', { seconds: 2 }) });
  const { expiresAt } = await dave.ask('refresh', { token: token('dave', { seconds: 4 }) });
  const farewell = await dave.events.find((event) => event.resumePoints, 'the goodbye');
  assert.equal(farewell.reason, 'CLOSE_REASON_CREDENTIALS_EXPIRED');
  assert.ok(Date.now() >= Number(expiresAt.seconds) * 1000, 'it outlived its first token');

  step('be refused what is not allowed');
  const denied = await refused(carol.publish('elsewhere', 'x'), 'a publish without leave');
  assert.equal(denied.code, 'ERROR_CODE_PERMISSION_DENIED');
  const elsewhere = { publish: { channel: 'elsewhere' } };
  const status = await refused(call(direct, 'publish', elsewhere, asBob), 'a call without leave');
  assert.equal(status.code, grpc.status.PERMISSION_DENIED);
  const forged = await refused(
    call(direct, 'publish', unary, bearer(forgedToken('bob'))),
    'a call with a forged token',
  );
  assert.equal(forged.code, grpc.status.UNAUTHENTICATED);
  const mallory = new Stream(direct);
  const answer = await refused(mallory.ask('hello', { token: forgedToken('bob') }), 'a forged token');
  assert.equal(answer.code, 'ERROR_CODE_UNAUTHENTICATED');

  step('say goodbye');
  const end = await within(alice.end(), 'the end of the stream');
  assert.equal(end.code, grpc.status.OK);
  assert.equal(alice.messages.length, 0, 'nothing came twice');
  line.close();
  direct.close();
});
