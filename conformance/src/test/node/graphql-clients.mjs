// What users of GraphQL over a lasting connection do, whichever client carries it.
import assert from 'node:assert/strict';
import { Inbox, range, stage, step, within } from './stage.mjs';

export const PUBLISH = `mutation ($channel: String!, $data: JSON!) {
  publish(channel: $channel, data: $data) { cursor guarantee duplicate }
}`;
export const FEED = `subscription ($channel: String!, $since: String) {
  feed(channel: $channel, since: $since) {
    __typename
    ... on Subscribed { recovery feedCursor: cursor guarantee }
    ... on Message { data cursor publisher { user } }
  }
}`;
export const HISTORY = `query ($channel: String!, $limit: Int!) {
  history(channel: $channel, limit: $limit, reverse: true) { messages { data } cursor complete }
}`;
export const PRESENCE = `query ($channel: String!) {
  presence(channel: $channel) { user door session }
  presenceStats(channel: $channel) { sessions users }
}`;
export const PRESENCE_EVENTS = `subscription ($channel: String!) {
  presence(channel: $channel) { change member { user door } }
}`;

/** Clients that try again soon, as their options allow. */
export const QUICKLY = 100;

/** The data of a result that has no errors. */
export function data(result) {
  assert.equal(result.errors, undefined, JSON.stringify(result.errors));
  return result.data;
}

/** The code of the one error of a result. */
export function errorCode(result) {
  assert.equal(result.errors?.length, 1, JSON.stringify(result));
  return result.errors[0].extensions.code;
}

/**
 * Subscribes to a channel as a user does who wants to miss nothing: the cursor of the last message becomes the variable
 * `since`, which the client sends again when it comes back.
 */
export function follow(client, channel) {
  const events = new Inbox('events of the subscription');
  const messages = new Inbox('messages');
  const variables = { channel };
  const stop = client.subscribe(
    { query: FEED, variables },
    {
      next: (result) => {
        const event = data(result).feed;
        variables.since = event.cursor ?? event.feedCursor ?? variables.since;
        (event.__typename === 'Message' ? messages : events).put(event);
      },
      error: (error) => events.put({ error }),
      complete: () => events.put({ complete: true }),
    },
  );
  return { events, messages, stop };
}

const numbersOf = (messages) => messages.map((message) => message.data.n);

/**
 * @param ask runs a query or mutation as `bob`
 * @param alice the client that subscribes
 * @param door what presence says of how alice came
 */
export async function useGraphQl({ room, alice, ask, door }) {
  const publishAll = async (channel, numbers) => {
    for (const n of numbers) {
      const { publish } = data(await ask(PUBLISH, { channel, data: { n } }));
      assert.equal(publish.guarantee, 'AT_LEAST_ONCE');
    }
  };

  step('connect and subscribe with a token');
  const { events, messages, stop } = follow(alice, room);
  const [subscribed] = await events.take(1);
  assert.deepEqual([subscribed.recovery, subscribed.guarantee], ['NOT_ASKED', 'AT_LEAST_ONCE']);

  step('receive in order what another publishes');
  await publishAll(room, range(0, 50));
  const received = await messages.take(50);
  assert.deepEqual(numbersOf(received), range(0, 50));
  assert.equal(received[0].publisher.user, 'bob');

  step('read history and see who is there');
  const { history } = data(await ask(HISTORY, { channel: room, limit: 3 }));
  assert.deepEqual(numbersOf(history.messages), [49, 48, 47]);
  assert.equal(history.cursor, received.at(-1).cursor);
  const { presence, presenceStats } = data(await ask(PRESENCE, { channel: room }));
  assert.deepEqual([presence[0].user, presence[0].door, presence.length], ['alice', door, 1]);
  assert.deepEqual(presenceStats, { sessions: 1, users: 1 });

  step('come back after a lost connection with nothing missed or repeated');
  await stage.cut();
  await publishAll(room, range(50, 80));
  await stage.mend();
  assert.equal((await events.take(1))[0].recovery, 'RECOVERED');
  assert.deepEqual(numbersOf(await messages.take(30)), range(50, 80));

  step('come back after a restart of the server with nothing missed or repeated');
  await stage.restart();
  await publishAll(room, range(80, 100));
  assert.equal((await events.take(1))[0].recovery, 'RECOVERED');
  assert.deepEqual(numbersOf(await messages.take(20)), range(80, 100));

  step('see who comes and goes, and go');
  const changes = new Inbox('changes of presence');
  const unwatch = alice.subscribe(
    { query: PRESENCE_EVENTS, variables: { channel: `${room}-end` } },
    { next: (result) => changes.put(data(result).presence), error: changes.put, complete: () => {} },
  );
  await changes.find((event) => event.member.user === 'alice', 'its own coming');
  const guest = follow(alice, `${room}-end`);
  await guest.events.take(1);
  guest.stop();
  assert.equal((await guest.events.take(1))[0].complete, true);
  unwatch();
  stop();
  assert.equal((await events.take(1))[0].complete, true);
  assert.equal(messages.length, 0, 'nothing came twice');
  await gone(ask, room);
}

/** Presence ends with the subscription; the server hears of that when the client's message or end arrives. */
async function gone(ask, channel) {
  const empty = (async () => {
    while (data(await ask(PRESENCE, { channel })).presenceStats.sessions > 0);
  })();
  await within(empty, 'presence to end');
}
