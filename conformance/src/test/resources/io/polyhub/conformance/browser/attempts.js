// Tries to reach everything that a hub serves, by all means that a page has. Calls back with how each
// attempt ended: "reached", "refused" or "no answer".
const [host, http, webSocket, admin, done] = arguments;
const LIMIT_MILLIS = 15000;

const within = (promise) =>
  Promise.race([
    promise.then(() => 'reached', () => 'refused'),
    new Promise((resolve) => setTimeout(resolve, LIMIT_MILLIS, 'no answer')),
  ]);

const read = async (url, options) => {
  const response = await fetch(url, options);
  const text = await response.text();
  if (!response.ok) throw new Error(response.status + text);
};

const json = (body, accept) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: accept || 'application/json' },
  body: JSON.stringify(body),
});

const firstEvent = async (url) => {
  const response = await fetch(url, json({ query: 'subscription { feed(channel: "a") { __typename } }' }, 'text/event-stream'));
  if (!response.ok) throw new Error(response.status);
  const reader = response.body.getReader();
  const { done: ended } = await reader.read();
  reader.cancel();
  if (ended) throw new Error('ended');
};

const eventSource = (url) =>
  new Promise((resolve, reject) => {
    const source = new EventSource(url);
    source.onopen = () => resolve(source.close());
    source.onerror = () => reject(source.close());
  });

const socket = (path, name) =>
  new Promise((resolve, reject) => {
    const opened = new WebSocket('ws://' + host + ':' + webSocket + path, name);
    opened.onopen = () => resolve(opened.close());
    opened.onerror = reject;
    opened.onclose = reject;
  });

const door = 'http://' + host + ':' + http;
const operators = 'http://' + host + ':' + admin;
const me = '?query=' + encodeURIComponent('{ me { session } }');
const feed = '?query=' + encodeURIComponent('subscription { feed(channel: "a") { __typename } }');
const publish = 'mutation { publish(channel: "taken", text: "x") { cursor } }';

const attempts = {
  'query by GET': () => read(door + '/graphql' + me, { headers: { accept: 'application/json' } }),
  'query by POST': () => read(door + '/graphql', json({ query: '{ me { session } }' })),
  'mutation by POST': () => read(door + '/graphql', json({ query: publish })),
  'event stream by POST': () => firstEvent(door + '/graphql/stream'),
  'event stream by EventSource': () => eventSource(door + '/graphql/stream' + feed),
  'reserved event stream': () => read(door + '/graphql/stream', { method: 'PUT' }),
  'GraphQL by WebSocket': () => socket('/graphql', 'graphql-transport-ws'),
  'Centrifuge by WebSocket': () => socket('/connection/websocket'),
  'MQTT by WebSocket': () => socket('/mqtt', 'mqtt'),
  'admin by GET': () => read(operators + '/version'),
  'admin by POST': () => read(operators + '/sessions/disconnect', json({ user: 'x' })),
  // What a page may send without asking first, and of which it cannot read the answer.
  'mutation as a form sends it': () =>
    read(door + '/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ query: publish }) }),
  'mutation by GET': () => read(door + '/graphql?query=' + encodeURIComponent(publish), { headers: { accept: 'application/json' } }),
};

const results = {};
Promise.all(
  Object.keys(attempts).map(async (name) => {
    results[name] = await within(attempts[name]());
  }),
).then(() => done(results));
