import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretInvalid, SecretsUnavailable } from '../../../shared/adapters/secrets/secret-error.ts';
import { generateKeys } from '../clerk/support/tokens.ts';
import { fromSecret, GOOD, messageOf, SECRET_KEY, webhookSecret } from './support/changeable-secret.ts';

const FIVE_MINUTES = 300_000;
const READ_LIMIT = 1_500;
const ROTATED = { ...GOOD, webhookSecrets: [webhookSecret()], jwtKeys: [generateKeys().publicKey] };
const HASH = createHash('sha256').update('k').digest('hex');

/** Lets everything run that waits for no timer; time stands still. */
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A container that has held its secrets for almost as long as it may. */
async function aged(initial: unknown = GOOD) {
  const world = fromSecret(initial);
  await world.secrets.current();
  await world.time.advance(FIVE_MINUTES - 1);
  await world.secrets.current();
  expect(world.store.reads).toBe(1);
  return world;
}

describe('secrets that were replaced', () => {
  it('are used by a warm container until they are five minutes old, and no longer, though nothing ever fails', async () => {
    const { secrets, store, time } = await aged();
    store.put(ROTATED);
    expect((await secrets.current()).webhookSecrets).toEqual(GOOD.webhookSecrets);
    await time.advance(1);
    const read = await secrets.current();
    expect(read.webhookSecrets).toEqual(ROTATED.webhookSecrets);
    expect(read.jwtKeys).toEqual(ROTATED.jwtKeys);
    await time.advance(FIVE_MINUTES - 1);
    await secrets.current();
    expect(store.reads).toBe(2);
    await time.advance(1);
    await secrets.current();
    expect(store.reads).toBe(3);
  });

  it('are asked for once by all who come at the same time, and each of them gets the new ones', async () => {
    const { secrets, store, time } = await aged();
    store.put(ROTATED);
    await time.advance(1);
    const read = await Promise.all([secrets.current(), secrets.current(), secrets.reread(), secrets.current()]);
    expect(read.map(({ jwtKeys }) => jwtKeys)).toEqual(Array(4).fill(ROTATED.jwtKeys));
    expect(store.reads).toBe(2);
  });

  it('count from the start of the read: an answer that was long under way is as old as its question', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    store.hanging = true;
    const first = secrets.current();
    await time.advance(1_000);
    store.held[0]?.(store.text);
    await first;
    store.hanging = false;
    await time.advance(FIVE_MINUTES - 1_001);
    await secrets.current();
    expect(store.reads).toBe(1);
    await time.advance(1);
    await secrets.current();
    expect(store.reads).toBe(2);
  });

  it('count anew after each time they were read again', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    await secrets.current();
    await time.advance(200_000);
    await secrets.reread();
    await time.advance(FIVE_MINUTES - 1);
    await secrets.current();
    expect(store.reads).toBe(2);
  });

  it('are read again when the clock was set back, for then nobody knows how old they are', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    await secrets.current();
    store.put(ROTATED);
    time.set(0);
    expect((await secrets.current()).jwtKeys).toEqual(ROTATED.jwtKeys);
  });
});

describe('secrets that are too old and cannot be had afresh', () => {
  it('stay while their source fails, and that is tried every 30 s', async () => {
    const { secrets, store, time } = await aged();
    store.put(ROTATED);
    store.failing = true;
    await time.advance(1);
    expect((await secrets.current()).jwtKeys).toEqual(GOOD.jwtKeys);
    await time.advance(29_999);
    expect((await secrets.current()).jwtKeys).toEqual(GOOD.jwtKeys);
    expect(store.reads).toBe(2);
    store.failing = false;
    await time.advance(1);
    expect((await secrets.current()).jwtKeys).toEqual(ROTATED.jwtKeys);
    expect(store.reads).toBe(3);
  });

  it.each([
    ['no JSON', 'oops'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('stay while there is %s in their place', async (_name, text) => {
    const { secrets, store, time } = await aged();
    store.text = text;
    await time.advance(1);
    expect((await secrets.current()).webhookSecrets).toEqual(GOOD.webhookSecrets);
    store.put(ROTATED);
    await time.advance(30_000);
    expect((await secrets.current()).webhookSecrets).toEqual(ROTATED.webhookSecrets);
  });

  it('stay field by field, and a spoilt one is looked after every 30 s: it may hide a revocation', async () => {
    const { secrets, store, time } = await aged();
    store.put({ ...ROTATED, webhookSecrets: ['oops'] });
    await time.advance(1);
    const read = await secrets.current();
    expect(read.webhookSecrets).toEqual(GOOD.webhookSecrets);
    expect(read.jwtKeys).toEqual(ROTATED.jwtKeys);
    store.put(ROTATED);
    await time.advance(29_999);
    expect((await secrets.current()).webhookSecrets).toEqual(GOOD.webhookSecrets);
    await time.advance(1);
    expect((await secrets.current()).webhookSecrets).toEqual(ROTATED.webhookSecrets);
    expect(store.reads).toBe(3);
  });

  it('stay when no answer comes, after as long as a read may take', async () => {
    const { secrets, store, time } = await aged();
    await time.advance(1);
    store.hanging = true;
    const asked = Promise.all([secrets.current(), secrets.current()]);
    await time.advance(READ_LIMIT);
    for (const read of await asked) expect(read.jwtKeys).toEqual(GOOD.jwtKeys);
    expect((await secrets.current()).jwtKeys).toEqual(GOOD.jwtKeys);
    expect(store.reads).toBe(2);
    store.put(ROTATED);
    store.hanging = false;
    await time.advance(30_000 - READ_LIMIT);
    expect((await secrets.current()).jwtKeys).toEqual(ROTATED.jwtKeys);
  });
});

describe('a list that was emptied', () => {
  it.each(['webhookSecrets', 'jwtKeys'] as const)('revokes all of %s, as in a fresh container', async (field) => {
    const { secrets, store, time } = await aged();
    const emptied = { ...GOOD, [field]: [] };
    store.put(emptied);
    await time.advance(1);
    const read = await secrets.current();
    expect(() => read[field]).toThrow(SecretInvalid);
    const fresh = await fromSecret(emptied).secrets.current();
    expect(messageOf(() => read[field])).toBe(messageOf(() => fresh[field]));
    expect(messageOf(() => read[field])).toMatch(
      new RegExp(`^The field ${field} of the secret .* is empty: put in the`),
    );
    expect(read.secretKey).toBe(SECRET_KEY);
  });

  it('revokes on a reread, too', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    await secrets.current();
    store.put({ ...GOOD, jwtKeys: [] });
    await time.advance(30_000);
    const read = await secrets.reread();
    expect(() => read.jwtKeys).toThrow(SecretInvalid);
  });

  it('revokes the keys of all administrators, and having none is fine', async () => {
    const { secrets, store, time } = await aged({ ...GOOD, adminKeyHashes: [HASH] });
    expect((await secrets.current()).adminKeyHashes).toEqual([HASH]);
    store.put(GOOD);
    await time.advance(1);
    expect((await secrets.current()).adminKeyHashes).toEqual([]);
  });

  it.each(['webhookSecrets', 'jwtKeys'] as const)('does not come back by a slip in %s', async (field) => {
    const { secrets, store, time } = await aged();
    store.put({ ...GOOD, [field]: [] });
    await time.advance(1);
    await secrets.current();
    store.put({ ...GOOD, [field]: ['oops'] });
    await time.advance(30_000);
    const read = await secrets.current();
    expect(() => read[field]).toThrow(SecretInvalid);
  });

  it('is looked after every 30 s until there is something in it again', async () => {
    const { secrets, store, time } = await aged();
    store.put({ ...GOOD, jwtKeys: [] });
    await time.advance(1);
    await secrets.current();
    store.put(ROTATED);
    await time.advance(30_000);
    expect((await secrets.current()).jwtKeys).toEqual(ROTATED.jwtKeys);
  });

  it.each([
    ['webhookSecrets', ''],
    ['webhookSecrets', ' , '],
    ['webhookSecrets', ['']],
    ['webhookSecrets', null],
    ['webhookSecrets', undefined],
    ['webhookSecrets', {}],
    ['jwtKeys', ''],
    ['jwtKeys', ['']],
    ['jwtKeys', null],
    ['jwtKeys', undefined],
    ['jwtKeys', {}],
    ['adminKeyHashes', ['oops']],
    ['adminKeyHashes', {}],
    ['secretKey', ''],
    ['secretKey', []],
  ] as const)('is nothing but an empty list: %s: %j is a slip, and the old values stay', async (field, value) => {
    const { secrets, store, time } = await aged({ ...GOOD, adminKeyHashes: [HASH] });
    const before = (await secrets.current())[field];
    store.put({ ...GOOD, adminKeyHashes: [HASH], [field]: value });
    await time.advance(1);
    expect((await secrets.current())[field]).toEqual(before);
    expect(store.reads).toBe(2);
  });
});

describe('a read that gets no answer', () => {
  it('ends after its time, says what to check, and is joined by nobody after that', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    store.hanging = true;
    const asked = secrets.current().catch((error: unknown) => error);
    await time.advance(READ_LIMIT - 1);
    expect(store.signals[0]?.aborted).toBe(false);
    await time.advance(1);
    const error = await asked;
    expect(error).toBeInstanceOf(SecretsUnavailable);
    expect(String(error)).toMatch(/CLERK_SECRET_ARN.*1500 ms.*check/);
    expect(store.signals[0]?.aborted).toBe(true);
    store.hanging = false;
    await time.advance(1_000);
    expect((await secrets.current()).secretKey).toBe(SECRET_KEY);
    expect(store.reads).toBe(2);
    expect(time.pending()).toBe(0);
  });

  it('is not joined after the container was frozen with it', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    store.hanging = true;
    const frozen = secrets.current();
    time.set(time.clock.now() + 3_600_000);
    store.hanging = false;
    expect((await secrets.current()).jwtKeys).toEqual(GOOD.jwtKeys);
    store.held[0]?.(JSON.stringify(ROTATED));
    expect((await frozen).jwtKeys).toEqual(GOOD.jwtKeys);
    expect((await secrets.current()).jwtKeys).toEqual(GOOD.jwtKeys);
    expect(store.reads).toBe(2);
  });

  it('takes nothing from the read that has overtaken it when it ends', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    store.hanging = true;
    const frozen = secrets.current();
    time.set(time.clock.now() + 3_600_000);
    const second = secrets.current();
    await turn();
    store.held[0]?.(JSON.stringify(ROTATED));
    await frozen;
    const third = secrets.reread();
    await turn();
    expect(store.reads).toBe(2);
    store.held[1]?.(store.text);
    for (const read of await Promise.all([second, third])) expect(read.jwtKeys).toEqual(GOOD.jwtKeys);
  });

  it('leaves no timer behind when it is answered', async () => {
    const { secrets, time } = fromSecret(GOOD);
    await secrets.current();
    expect(time.pending()).toBe(0);
  });
});
