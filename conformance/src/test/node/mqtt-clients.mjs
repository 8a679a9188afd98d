// What users of MQTT.js do, for each version of the protocol over each transport.
import assert from 'node:assert/strict';
import mqtt from 'mqtt';
import { Inbox, forgedToken, range, refused, stage, step, token, within } from './stage.mjs';

/** Collects an event of a client. */
function listen(client, event) {
  const inbox = new Inbox(`the event ${event}`);
  client.on(event, (...values) => inbox.put(values.length > 1 ? values : values[0]));
  return inbox;
}

/** Collects what a client receives. */
function messages(client) {
  const inbox = new Inbox('messages');
  client.on('message', (topic, payload, packet) =>
    inbox.put({ topic, text: payload.toString(), packet }),
  );
  return inbox;
}

const numbersOf = (received) => received.map((message) => Number(message.text));

export async function useMqtt({ version, transport, line, direct }) {
  const name = `mqtt${version}-${transport}`;
  const room = `stock/${name}/room`;
  const five = version === 5;
  const options = (user, more = {}) => ({
    protocolVersion: version,
    clientId: `${name}-${user}`,
    username: user,
    password: token(user),
    reconnectPeriod: 100,
    clean: true,
    ...more,
  });
  const connect = (url, user, more) => mqtt.connect(url, options(user, more));
  const publishAll = (client, topic, qos, numbers) =>
    Promise.all(numbers.map((n) => client.publishAsync(topic, String(n), { qos })));

  /** A message whose acknowledgement is lost with the line comes again, so none may be open when the line is cut. */
  const settle = () => alice.publishAsync(`stock/${name}/settle`, '', { qos: 1 });

  const persistent = five
    ? { clean: false, properties: { sessionExpiryInterval: 3600 } }
    : { clean: false };
  const alice = connect(line, 'alice', persistent);
  const connected = listen(alice, 'connect');
  const received = messages(alice);
  const bob = connect(direct, 'bob');
  const bobConnected = listen(bob, 'connect');

  step('connect with a token and subscribe at each quality of service');
  const [connack] = await connected.take(1);
  assert.equal(connack.sessionPresent, false);
  await bobConnected.take(1);
  for (const qos of [0, 1, 2]) {
    const [granted] = await alice.subscribeAsync(`${room}/${qos}/+`, { qos });
    assert.equal(granted.qos, qos);
  }

  step('receive in order, at each quality of service');
  for (const qos of [0, 1, 2]) {
    await publishAll(bob, `${room}/${qos}/a`, qos, range(0, 50));
    const all = await received.take(50);
    assert.deepEqual(numbersOf(all), range(0, 50));
    assert.ok(all.every((message) => message.packet.qos === qos && message.topic === `${room}/${qos}/a`));
  }

  step('never get more quality than was subscribed for');
  await publishAll(bob, `${room}/1/a`, 2, [50]);
  assert.equal((await received.take(1))[0].packet.qos, 1);

  step('come back after a lost connection and get what was missed');
  const closed = listen(alice, 'close');
  await settle();
  await stage.cut();
  await closed.take(1);
  await publishAll(bob, `${room}/2/a`, 2, range(50, 80));
  await stage.mend();
  assert.equal((await connected.take(1))[0].sessionPresent, true);
  assert.deepEqual(numbersOf(await received.take(30)), range(50, 80));

  step('come back after a restart of the server and get what was missed');
  await settle();
  await stage.cut();
  await publishAll(bob, `${room}/1/a`, 1, range(51, 61));
  await stage.restart();
  await publishAll(bob, `${room}/1/a`, 1, range(61, 71));
  await stage.mend();
  assert.equal((await connected.take(1))[0].sessionPresent, true);
  assert.deepEqual(numbersOf(await received.take(20)), range(51, 71));

  step('keep the last value for who comes later');
  await bob.publishAsync(`${room}/state`, 'on', { qos: 1, retain: true });
  const carol = connect(direct, 'carol');
  const atCarol = messages(carol);
  await carol.subscribeAsync(`${room}/+`, { qos: 1 });
  const [kept] = await atCarol.take(1);
  assert.deepEqual([kept.text, kept.packet.retain], ['on', true]);
  await bob.publishAsync(`${room}/state`, 'off', { qos: 1, retain: true });
  const [live] = await atCarol.take(1);
  assert.deepEqual([live.text, live.packet.retain], ['off', false]);
  await bob.publishAsync(`${room}/state`, '', { qos: 1, retain: true });
  assert.equal((await atCarol.take(1))[0].text, '');
  await carol.unsubscribeAsync(`${room}/+`);
  await carol.subscribeAsync(`${room}/+`, { qos: 1 });
  await bob.publishAsync(`${room}/next`, 'next', { qos: 1 });
  assert.equal((await atCarol.take(1))[0].text, 'next', 'a cleared value is not sent');

  step('have the will published when the line breaks, and only then');
  const dan = connect(direct, 'dan', {
    reconnectPeriod: 0,
    will: { topic: `${room}/will`, payload: 'dan is lost', qos: 1 },
  });
  await listen(dan, 'connect').take(1);
  dan.stream.destroy();
  assert.equal((await atCarol.take(1))[0].text, 'dan is lost');
  const eve = connect(direct, 'eve', {
    will: { topic: `${room}/will`, payload: 'eve is lost', qos: 1 },
  });
  await listen(eve, 'connect').take(1);
  await eve.endAsync();
  await bob.publishAsync(`${room}/next`, 'after eve', { qos: 1 });
  assert.equal((await atCarol.take(1))[0].text, 'after eve');

  step('come back with a fresh token when the old one has ended');
  const frank = connect(direct, 'frank', { ...persistent, password: token('frank', { seconds: 3 }) });
  const frankConnected = listen(frank, 'connect');
  await frankConnected.take(1);
  frank.on('close', () => {
    frank.options.password = token('frank');
  });
  assert.equal((await frankConnected.take(1))[0].sessionPresent, true);
  await frank.publishAsync(`${room}/next`, 'frank is back', { qos: 1 });
  assert.equal((await atCarol.take(1))[0].text, 'frank is back');
  await frank.endAsync();

  step('be refused what is not allowed');
  const mallory = connect(direct, 'alice', {
    clientId: `${name}-mallory`,
    password: forgedToken('alice'),
    reconnectPeriod: 0,
  });
  const [error] = await listen(mallory, 'error').take(1);
  assert.ok((five ? [134, 135] : [4, 5]).includes(error.code), `refused with ${error.code}`);
  const forbidden = await bob.subscribeAsync('elsewhere/#', { qos: 1 }).catch((refusal) => refusal);
  assert.match(JSON.stringify([forbidden.code, forbidden]), five ? /135/ : /128/);

  if (five) {
    await useProperties({ room, bob, carol, atCarol, connect, direct });
  }

  step('say goodbye');
  assert.equal(received.length, 0, 'nothing came twice');
  await Promise.all([alice, bob, carol].map((client) => within(client.endAsync(), 'the end')));
  const fresh = connect(direct, 'alice', { clean: true });
  assert.equal((await listen(fresh, 'connect').take(1))[0].sessionPresent, false);
  await fresh.endAsync();
}

/** What only MQTT 5 has. */
async function useProperties({ room, bob, carol, atCarol, connect, direct }) {
  step('pass on properties');
  await bob.publishAsync(`${room}/properties`, '{"n":1}', {
    qos: 1,
    properties: {
      userProperties: { colour: 'blue', size: ['s', 'm'] },
      contentType: 'application/json',
      responseTopic: `${room}/answers`,
      correlationData: Buffer.from([0, 1, 255]),
      messageExpiryInterval: 60,
    },
  });
  const { properties } = (await atCarol.take(1))[0].packet;
  assert.equal(properties.userProperties.colour, 'blue');
  assert.deepEqual(properties.userProperties.size, ['s', 'm']);
  assert.equal(properties.contentType, 'application/json');
  assert.equal(properties.responseTopic, `${room}/answers`);
  assert.deepEqual([...properties.correlationData], [0, 1, 255]);
  assert.ok(properties.messageExpiryInterval > 50 && properties.messageExpiryInterval <= 60);

  step('name subscriptions and leave out what it publishes itself');
  await carol.subscribeAsync(`${room}/own/#`, {
    qos: 1,
    nl: true,
    properties: { subscriptionIdentifier: 7 },
  });
  await carol.publishAsync(`${room}/own/a/b`, 'mine', { qos: 1 });
  await bob.publishAsync(`${room}/own/a/b`, 'yours', { qos: 1 });
  const [own] = await atCarol.take(1);
  assert.equal(own.text, 'yours');
  assert.equal([own.packet.properties.subscriptionIdentifier].flat()[0], 7);

  step('be told why a publish is refused');
  const refusal = await refused(bob.publishAsync('elsewhere', 'x', { qos: 1 }), 'a publish without leave');
  assert.equal(refusal.code, 135);

  step('show the token by enhanced authentication');
  const grace = connect(direct, 'grace', {
    password: undefined,
    properties: {
      authenticationMethod: 'jwt',
      authenticationData: Buffer.from(token('grace')),
    },
  });
  const [welcome] = await listen(grace, 'connect').take(1);
  assert.equal(welcome.properties.authenticationMethod, 'jwt');
  await grace.publishAsync(`${room}/next`, 'grace', { qos: 2 });
  assert.equal((await atCarol.take(1))[0].text, 'grace');
  await grace.endAsync();
}
