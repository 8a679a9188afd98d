// What every script needs: where the server is, tokens as a user's backend would make them, and the levers of the test
// that started the script.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

export const LIMIT_MS = 20_000;

/** What the test that started this script says, for example a door's address. */
export function setting(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set (expected: the test that starts this script sets it)`);
  return value;
}

const base64url = (value) => Buffer.from(value).toString('base64url');

const EVERYTHING = [
  { filters: ['stock/#'], verbs: ['publish', 'subscribe', 'history', 'presence'] },
];

/** A signed token of this user. */
export function token(user, { seconds = 3600, grants = EVERYTHING, secret, ...claims } = {}) {
  const header = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const body = base64url(JSON.stringify({ sub: user, exp, grants: grants ?? undefined, ...claims }));
  const key = secret ?? setting('POLYHUB_SECRET');
  const signature = createHmac('sha256', key).update(`${header}.${body}`).digest('base64url');
  return `${header}.${body}.${signature}`;
}

/** A token of this user which the server has no reason to believe. */
export function forgedToken(user) {
  return token(user, { secret: 'not-the-secret-of-this-server-but-just-as-long' });
}

async function pull(lever) {
  const answer = await fetch(`${setting('POLYHUB_STAGE')}/${lever}`, { method: 'POST' });
  assert.equal(answer.status, 204, `the lever ${lever} answered ${answer.status}`);
}

/** The levers: cut the lines and leave them cut, mend them, restart the server on its ports. */
export const stage = {
  cut: () => pull('cut'),
  mend: () => pull('mend'),
  restart: () => pull('restart'),
};

/** Waits for a promise, but not for ever. */
export function within(promise, what, limitMs = LIMIT_MS) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Collects what comes, in its order, and hands it out to who waits. */
export class Inbox {
  #name;
  #items = [];
  #waiting = null;

  constructor(name) {
    this.#name = name;
  }

  /** To be given as a listener. */
  put = (item) => {
    this.#items.push(item);
    this.#waiting?.();
  };

  /** Takes the next items, as many as asked for, and waits for them. */
  async take(count) {
    await this.#until(() => this.#items.length >= count, `${count} of ${this.#name}`);
    return this.#items.splice(0, count);
  }

  /** Drops items up to the first one that fits, and returns that one. */
  async find(fits, what = 'the one that fits') {
    for (;;) {
      const [item] = await within(this.take(1), `${what} of ${this.#name}`);
      if (fits(item)) {
        return item;
      }
    }
  }

  /** How many wait to be taken. */
  get length() {
    return this.#items.length;
  }

  #until(holds, what) {
    if (holds()) {
      return Promise.resolve();
    }
    const done = new Promise((resolve) => {
      this.#waiting = () => {
        if (holds()) {
          this.#waiting = null;
          resolve();
        }
      };
    });
    return within(done, what).catch((error) => {
      throw new Error(`${error.message}; there are ${this.#items.length}`);
    });
  }
}

/** The whole numbers from `first` up to `end`, without it. */
export function range(first, end) {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

/** Asserts that a promise is refused, and returns with what. */
export async function refused(promise, what) {
  let error;
  try {
    await within(promise, what);
  } catch (failure) {
    error = failure;
  }
  assert.ok(error, `${what} was not refused`);
  return error;
}

let current = 'the start';

/** Names what happens next, so that a failure says where it happened. */
export function step(name) {
  current = name;
  console.log(`- ${name}`);
}

/** Runs a script and ends the process: 0 when all went well, 1 with the reason otherwise. */
export async function scenario(name, body) {
  process.on('uncaughtException', (error) => fail(name, error));
  process.on('unhandledRejection', (error) => fail(name, error));
  console.log(name);
  try {
    await body();
  } catch (error) {
    fail(name, error);
  }
  console.log('all as it should be');
  process.exit(0);
}

function fail(name, error) {
  console.error(`${name} failed at: ${current}`);
  console.error(error?.stack ?? error);
  process.exit(1);
}
