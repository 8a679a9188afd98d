// What users of the Centrifuge SDK do, for each build of it.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { Inbox, forgedToken, range, refused, setting, stage, step, token, within } from './stage.mjs';

const QUICK = { minReconnectDelay: 50, maxReconnectDelay: 300 };

/** Collects an event of a client or a subscription. */
function listen(emitter, event) {
  const inbox = new Inbox(`the event ${event}`);
  emitter.on(event, inbox.put);
  return inbox;
}

export async function useCentrifuge({ Centrifuge, build, encode, decode }) {
  const room = `stock/centrifuge-${build}/room`;
  const line = `${setting('POLYHUB_WEBSOCKET_LINE')}/connection/websocket`;
  const direct = `${setting('POLYHUB_WEBSOCKET')}/connection/websocket`;
  const client = (url, options) => new Centrifuge(url, { websocket: WebSocket, ...QUICK, ...options });
  const publishAll = (from, channel, numbers) =>
    Promise.all(numbers.map((n) => from.publish(channel, encode({ n }))));
  const numbersOf = (publications) => publications.map((publication) => decode(publication.data).n);

  const alice = client(line, { token: token('alice', { info: { name: 'Alice' } }) });
  const bob = client(direct, { token: token('bob') });
  const aliceConnected = listen(alice, 'connected');
  const atAlice = alice.newSubscription(room, { positioned: true, recoverable: true, joinLeave: true });
  const received = listen(atAlice, 'publication');
  const subscribed = listen(atAlice, 'subscribed');
  const joined = listen(atAlice, 'join');
  const left = listen(atAlice, 'leave');

  step('connect and subscribe with a token');
  atAlice.subscribe();
  alice.connect();
  bob.connect();
  const [{ client: aliceId }] = await aliceConnected.take(1);
  const [first] = await subscribed.take(1);
  assert.equal(first.recoverable, true);
  assert.equal(first.positioned, true);
  await within(bob.ready(), 'the second client');

  step('receive in order what another publishes');
  await publishAll(bob, room, range(0, 50));
  const publications = await received.take(50);
  assert.deepEqual(numbersOf(publications), range(0, 50));
  assert.equal(publications[0].info.user, 'bob');
  assert.deepEqual(
    publications.map((publication) => publication.offset - publications[0].offset),
    range(0, 50),
  );

  step('receive what it publishes itself');
  await atAlice.publish(encode({ n: 50 }));
  assert.deepEqual(numbersOf(await received.take(1)), [50]);

  step('read history, forwards and backwards');
  const oldest = await alice.history(room, { limit: 5, since: { ...first.streamPosition } });
  assert.deepEqual(numbersOf(oldest.publications), range(0, 5));
  const newest = await atAlice.history({ limit: 3, reverse: true });
  assert.deepEqual(numbersOf(newest.publications), [50, 49, 48]);
  assert.equal(newest.epoch, first.streamPosition.epoch);

  step('see who is there, who comes and who goes');
  const atBob = bob.newSubscription(room);
  atBob.subscribe();
  await joined.find((join) => join.info.user === 'bob', 'the join of bob');
  const presence = await atAlice.presence();
  assert.equal(presence.clients[aliceId].user, 'alice');
  assert.equal(Object.keys(presence.clients).length, 2);
  assert.deepEqual(await bob.presenceStats(room), { numClients: 2, numUsers: 2 });
  atBob.unsubscribe();
  await left.find((leave) => leave.info.user === 'bob', 'the leave of bob');

  step('come back after a lost connection with nothing missed or repeated');
  const lost = listen(alice, 'connecting');
  await stage.cut();
  await lost.take(1);
  await publishAll(bob, room, range(51, 81));
  await stage.mend();
  const [again] = await subscribed.take(1);
  assert.equal(again.wasRecovering, true);
  assert.equal(again.recovered, true);
  assert.deepEqual(numbersOf(await received.take(30)), range(51, 81));

  step('come back after a restart of the server with nothing missed or repeated');
  const bobConnected = listen(bob, 'connected');
  await stage.restart();
  await bobConnected.take(1);
  await publishAll(bob, room, range(81, 101));
  assert.deepEqual(numbersOf(await received.take(20)), range(81, 101));
  const [afterRestart] = await subscribed.take(1);
  assert.equal(afterRestart.recovered, true, 'history survives a restart');

  step('renew the token in the session');
  let asked = 0;
  const thrice = new Inbox('calls for a token');
  const carol = client(direct, {
    getToken: async () => {
      asked += 1;
      thrice.put(asked);
      return token('carol', { seconds: 4 });
    },
  });
  const carolConnecting = listen(carol, 'connecting');
  carol.connect();
  await thrice.take(3);
  await carol.publish(room, encode({ n: 101 }));
  assert.equal(carolConnecting.length, 1, 'the connection outlives its first token');
  assert.deepEqual(numbersOf(await received.take(1)), [101]);
  carol.disconnect();

  step('subscribe with a token for one channel');
  const closedRoom = `stock/centrifuge-${build}/closed`;
  const dave = client(direct, {
    token: token('dave', { grants: [{ filters: ['stock/elsewhere'], verbs: ['subscribe'] }] }),
  });
  dave.connect();
  const refusedSubscription = dave.newSubscription(closedRoom);
  const refusals = listen(refusedSubscription, 'unsubscribed');
  refusedSubscription.subscribe();
  assert.equal((await refusals.take(1))[0].code, 103);
  dave.removeSubscription(refusedSubscription);
  const allowed = dave.newSubscription(closedRoom, {
    getToken: async ({ channel }) => token('dave', { grants: null, channel }),
  });
  const atDave = listen(allowed, 'publication');
  allowed.subscribe();
  await within(allowed.ready(), 'the subscription with its own token');
  await bob.publish(closedRoom, encode({ n: 1 }));
  assert.deepEqual(numbersOf(await atDave.take(1)), [1]);
  dave.disconnect();

  step('be refused what is not allowed or not there');
  assert.equal((await refused(bob.publish('elsewhere', encode({})), 'a publish without leave')).code, 103);
  assert.equal((await refused(bob.rpc('sum', encode({})), 'a call of a procedure')).code, 108);
  const mallory = client(direct, { token: forgedToken('alice') });
  const end = listen(mallory, 'disconnected');
  mallory.connect();
  assert.equal((await end.take(1))[0].code, 3500);

  step('say goodbye and be gone');
  const watcher = bob.newSubscription(`${room}-end`, { joinLeave: true });
  const gone = listen(watcher, 'leave');
  watcher.subscribe();
  await within(watcher.ready(), 'the watcher');
  const guest = alice.newSubscription(`${room}-end`);
  guest.subscribe();
  await within(guest.ready(), 'the guest');
  const closed = listen(alice, 'disconnected');
  alice.disconnect();
  assert.equal((await closed.take(1))[0].code, 0);
  await gone.find((leave) => leave.info.user === 'alice', 'the leave of alice');
  assert.deepEqual(await bob.presenceStats(`${room}-end`), { numClients: 1, numUsers: 1 });
  assert.equal(received.length, 0, 'nothing came twice');
  bob.disconnect();
}
