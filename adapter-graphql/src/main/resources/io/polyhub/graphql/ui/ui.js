'use strict';

// A page to try the GraphQL door with: queries and mutations by POST, subscriptions by WebSocket
// (graphql-transport-ws) or by event stream (graphql-sse, one stream for each operation).

const MOST_RESULTS = 200;
const element = (id) => document.getElementById(id);

const examples = {
  'Subscribe to a channel': [
    'subscription Messages($channel: String!) {\n  messages(channel: $channel) {\n    channel\n    data\n    time\n    cursor\n  }\n}',
    { channel: 'demo/greetings' },
  ],
  'Publish': [
    'mutation Publish($channel: String!, $data: JSON) {\n  publish(channel: $channel, data: $data) {\n    cursor\n    guarantee\n    duplicate\n  }\n}',
    { channel: 'demo/greetings', data: { hello: 'world' } },
  ],
  'History': [
    'query History($channel: String!) {\n  history(channel: $channel, limit: 10, reverse: true) {\n    messages { data time cursor }\n    cursor\n    complete\n  }\n}',
    { channel: 'demo/greetings' },
  ],
  'Feed with everything': [
    'subscription Feed($filter: String!) {\n  feed(filter: $filter, joinLeave: true, lastValues: true) {\n    __typename\n    ... on Subscribed { cursor guarantee recovery }\n    ... on Message { channel data source cursor }\n    ... on PresenceEvent { channel change member { user door } }\n  }\n}',
    { filter: 'demo/#' },
  ],
  'Channels and presence': [
    'query Channels {\n  channels(filter: "#") { name subscribers }\n  presenceStats(channel: "demo/greetings") { sessions users }\n  me { user session expiresAt }\n}',
    {},
  ],
};

let running = null;
let results = [];

function show(value) {
  results.push(JSON.stringify(value, null, 2));
  if (results.length > MOST_RESULTS) results.shift();
  const box = element('result');
  box.textContent = results.join('\n\n');
  box.scrollTop = box.scrollHeight;
}

function state(text) {
  element('state').textContent = text;
}

function stop(text) {
  const ending = running;
  running = null;
  if (ending) ending();
  element('stop').disabled = true;
  if (text !== undefined) state(text);
}

function headers(more) {
  const all = { 'content-type': 'application/json', ...more };
  const token = element('token').value;
  if (token) all.authorization = 'Bearer ' + token;
  return all;
}

async function post(request) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: headers({ accept: 'application/graphql-response+json, application/json' }),
    body: JSON.stringify(request),
  });
  show(await response.json());
  state('HTTP ' + response.status);
}

function overWebSocket(request) {
  const socket = new WebSocket(element('url').value, 'graphql-transport-ws');
  const token = element('token').value;
  running = () => socket.close(1000);
  socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload: token ? { token } : {} }));
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    switch (message.type) {
      case 'connection_ack':
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: request }));
        state('subscribed');
        break;
      case 'ping':
        socket.send(JSON.stringify({ type: 'pong', payload: message.payload }));
        break;
      case 'next':
        show(message.payload);
        break;
      case 'error':
        show({ errors: message.payload });
        stop('refused');
        break;
      case 'complete':
        stop('complete');
        break;
    }
  };
  socket.onclose = (event) => stop(event.code === 1000 ? undefined : 'closed: ' + event.code + ' ' + event.reason);
}

async function overEventStream(request) {
  const abort = new AbortController();
  running = () => abort.abort();
  const response = await fetch(element('url').value, {
    method: 'POST',
    headers: headers({ accept: 'text/event-stream' }),
    body: JSON.stringify(request),
    signal: abort.signal,
  });
  if (!response.ok) {
    show(await response.json());
    stop('HTTP ' + response.status);
    return;
  }
  state('subscribed');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n');
      if (lines.includes('event: next')) show(JSON.parse(data));
      if (lines.includes('event: complete')) stop('complete');
    }
  }
  stop(running ? 'ended' : undefined);
}

async function run() {
  stop('');
  results = [];
  element('result').textContent = '';
  try {
    const query = element('query').value;
    const variables = JSON.parse(element('variables').value || '{}');
    if (/^\s*subscription\b/m.test(query)) {
      element('stop').disabled = false;
      if (element('carrier').value === 'sse') await overEventStream({ query, variables });
      else overWebSocket({ query, variables });
    } else {
      await post({ query, variables });
    }
  } catch (failure) {
    if (failure.name !== 'AbortError') stop(String(failure));
  }
}

function suggestUrl() {
  const secure = location.protocol === 'https:';
  element('url').value =
    element('carrier').value === 'sse'
      ? location.origin + '/graphql/stream'
      : document.body.dataset.websocketUrl || (secure ? 'wss://' : 'ws://') + location.host + '/graphql';
}

function typeName(type) {
  if (type.kind === 'NON_NULL') return typeName(type.ofType) + '!';
  if (type.kind === 'LIST') return '[' + typeName(type.ofType) + ']';
  return type.name;
}

async function loadSchema() {
  const query =
    '{ __schema { types { name kind description fields { name args { name type { ...T } } type { ...T } } ' +
    'enumValues { name } possibleTypes { name } } } } ' +
    'fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
  const response = await fetch('/graphql', { method: 'POST', headers: headers(), body: JSON.stringify({ query }) });
  const { data } = await response.json();
  const box = element('schema');
  box.replaceChildren();
  if (!data) {
    box.textContent = 'The schema is not shown here.';
    return;
  }
  const order = (type) => ['Query', 'Mutation', 'Subscription'].indexOf(type.name) >>> 0;
  for (const type of data.__schema.types.filter((t) => !t.name.startsWith('__')).sort((a, b) => order(a) - order(b))) {
    const lines = [
      ...(type.fields || []).map(
        (f) => f.name + (f.args.length ? '(' + f.args.map((a) => a.name + ': ' + typeName(a.type)).join(', ') + ')' : '') + ': ' + typeName(f.type),
      ),
      ...(type.enumValues || []).map((v) => v.name),
      ...(type.possibleTypes || []).map((t) => '| ' + t.name),
    ];
    if (!lines.length) continue;
    const title = document.createElement('h2');
    title.textContent = type.name;
    const about = document.createElement('p');
    about.textContent = type.description || '';
    box.append(title, about);
    for (const line of lines) {
      const code = document.createElement('code');
      code.textContent = line;
      box.append(code);
    }
  }
}

for (const name of Object.keys(examples)) element('example').add(new Option(name));
element('example').onchange = () => {
  const [query, variables] = examples[element('example').value];
  element('query').value = query;
  element('variables').value = JSON.stringify(variables, null, 2);
};
element('example').onchange();
// The server does not know where the WebSocket is reached if a proxy stands before the page.
element('carrier').value = document.body.dataset.websocketUrl ? 'websocket' : 'sse';
element('carrier').onchange = suggestUrl;
element('run').onclick = run;
element('stop').onclick = () => stop('stopped');
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
});
suggestUrl();
loadSchema().catch(() => (element('schema').textContent = 'The schema could not be read.'));
