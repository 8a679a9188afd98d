// GraphQL with `graphql-ws` on `ws`: the part of the hub's schema that load clients ask for.
import { createServer } from "node:http";
import {
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

const channels = new Map();

// What one subscriber has yet to be given, and how it is woken.
class Feed {
  constructor(channel) {
    this.channel = channel;
    this.waiting = [{ type: "Subscribed" }];
    this.wake = null;
    if (!channels.has(channel)) {
      channels.set(channel, new Set());
    }
    channels.get(channel).add(this);
  }

  offer(event) {
    if (this.wake) {
      const wake = this.wake;
      this.wake = null;
      wake({ value: { feed: event }, done: false });
    } else {
      this.waiting.push(event);
    }
  }

  next() {
    if (this.waiting.length > 0) {
      return Promise.resolve({ value: { feed: this.waiting.shift() }, done: false });
    }
    return new Promise((wake) => (this.wake = wake));
  }

  return() {
    const feeds = channels.get(this.channel);
    feeds?.delete(this);
    if (feeds?.size === 0) {
      channels.delete(this.channel);
    }
    this.wake?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

const json = new GraphQLScalarType({ name: "JSON" });
const subscribed = new GraphQLObjectType({
  name: "Subscribed",
  fields: { cursor: { type: GraphQLString } },
});
const message = new GraphQLObjectType({ name: "Message", fields: { data: { type: json } } });
const event = new GraphQLUnionType({
  name: "FeedEvent",
  types: [subscribed, message],
  resolveType: (value) => value.type,
});
const published = new GraphQLObjectType({
  name: "Published",
  fields: { cursor: { type: GraphQLString } },
});
const channel = { type: new GraphQLNonNull(GraphQLString) };

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: "Query",
    fields: { channels: { type: GraphQLString } },
  }),
  mutation: new GraphQLObjectType({
    name: "Mutation",
    fields: {
      publish: {
        type: published,
        args: { channel, data: { type: json } },
        resolve: (_, { channel: to, data }) => {
          const event = { type: "Message", data };
          channels.get(to)?.forEach((feed) => feed.offer(event));
          return {};
        },
      },
    },
  }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: {
      feed: {
        type: event,
        args: { channel },
        subscribe: (_, { channel: from }) => new Feed(from),
      },
    },
  }),
});

const http = createServer();
useServer({ schema }, new WebSocketServer({ server: http, path: "/graphql", perMessageDeflate: false }));
http.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  console.log(`port ${http.address().port}`);
});
