import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEnvironmentSource } from '../../../shared/adapters/secrets/environment-source.ts';
import { createSecrets, pick } from '../../../shared/adapters/secrets/secrets.ts';
import type { SecretVariables } from '../../../shared/adapters/secrets/environment-source.ts';
import { systemTimers as timers } from '../../../shared/adapters/system/timers.ts';
import { generateKeys } from '../clerk/support/tokens.ts';
import { fromSecret, GOOD, messageOf, SECRET_KEY, webhookSecret } from './support/changeable-secret.ts';

const [key = ''] = GOOD.jwtKeys;
const otherKey = generateKeys().publicKey;
const [first = ''] = GOOD.webhookSecrets;
const second = webhookSecret(32);

/** As the construct makes the secret, before anyone has filled it in. */
const PLACEHOLDERS = {
  secretKey: 'REPLACE-ME',
  webhookSecrets: ['REPLACE-ME'],
  jwtKeys: ['REPLACE-ME'],
  adminKeyHashes: [],
};

function fromEnvironment(variables: Partial<SecretVariables>) {
  const source = createEnvironmentSource({
    secretKey: undefined,
    webhookSecrets: undefined,
    jwtKeys: undefined,
    ...variables,
  });
  return createSecrets({ source, clock: { now: () => 0 }, timers }).current();
}

describe('secrets in the environment', () => {
  it('are read, with several of each kind where there may be several', async () => {
    const secrets = await fromEnvironment({
      secretKey: ` ${SECRET_KEY}\n`,
      webhookSecrets: `${first}, ${second}`,
      jwtKeys: `${key}${otherKey}`,
    });
    expect(secrets.secretKey).toBe(SECRET_KEY);
    expect(secrets.webhookSecrets).toEqual([first, second]);
    expect(secrets.jwtKeys).toEqual([key, otherKey]);
    expect(secrets.adminKeyHashes).toEqual([]);
  });

  it.each([
    ['line breaks written out', (pem: string) => pem.replaceAll('\n', String.raw`\n`)],
    ['line breaks of Windows, written out', (pem: string) => pem.replaceAll('\n', String.raw`\r\n`)],
    ['line breaks of Windows', (pem: string) => pem.replaceAll('\n', '\r\n')],
    ['blanks for line breaks', (pem: string) => pem.replaceAll('\n', ' ')],
    ['no line breaks', (pem: string) => pem.replaceAll('\n', '')],
    ['a comma between', (pem: string) => `${pem},`],
  ])('may have a key with %s', async (_name, mangle) => {
    expect((await fromEnvironment({ jwtKeys: mangle(key) + mangle(otherKey) })).jwtKeys).toEqual([key, otherKey]);
  });

  it('may have a key in the older form', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const older = publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const tidy = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect((await fromEnvironment({ jwtKeys: older })).jwtKeys).toEqual([tidy]);
  });

  it.each([
    ['CLERK_SECRET_KEY', 'secretKey', undefined],
    ['CLERK_SECRET_KEY', 'secretKey', ''],
    ['CLERK_SECRET_KEY', 'secretKey', 'pk_test_example0000'],
    ['CLERK_SECRET_KEY', 'secretKey', 'sk_test_'],
    ['CLERK_SECRET_KEY', 'secretKey', 'sk_test_exa mple0000'],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', undefined],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', ' , '],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', 'whsec_'],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', randomBytes(24).toString('base64')],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', webhookSecret(23)],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', `${first},whsec_not-base64-at-all-but-long-enough`],
    ['CLERK_WEBHOOK_SECRETS', 'webhookSecrets', `${first},${webhookSecret(25).replace(/=+$/, '')}`],
    ['CLERK_JWT_KEYS', 'jwtKeys', undefined],
    ['CLERK_JWT_KEYS', 'jwtKeys', 'nonsense'],
    ['CLERK_JWT_KEYS', 'jwtKeys', `${key}nonsense`],
    ['CLERK_JWT_KEYS', 'jwtKeys', key.replace(/MII/, 'AAA')],
    ['CLERK_JWT_KEYS', 'jwtKeys', key.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
  ] as const)('that are wrong name %s (%s: %j) and do not show the value', async (variable, field, value) => {
    const secrets = await fromEnvironment({ [field]: value });
    const message = messageOf(() => secrets[field]);
    expect(message).toMatch(new RegExp(`^${variable} .*: put in the`));
    const parts = (value ?? '').split(/[\s,]+/).filter((part) => part.length > 8);
    expect(parts.filter((part) => message.includes(part))).toEqual([]);
  });

  it.each([
    ['RSA of 1,024 bits', generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey],
    [
      "RSA of 4,096 bits, which Clerk's own verifier cannot read",
      generateKeyPairSync('rsa', { modulusLength: 4_096 }).publicKey,
    ],
    ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ])('refuse a key of %s', async (_name, publicKey) => {
    const jwtKeys = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const secrets = await fromEnvironment({ jwtKeys });
    expect(messageOf(() => secrets.jwtKeys)).toContain('other than RSA with 2048 bits');
  });

  it('refuse a private key and say so', async () => {
    const jwtKeys = generateKeys().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const secrets = await fromEnvironment({ jwtKeys });
    expect(messageOf(() => secrets.jwtKeys)).toContain('private key');
  });

  it('fail only where they are used: one that is missing does not stop the rest', async () => {
    const secrets = await fromEnvironment({ secretKey: SECRET_KEY });
    expect(secrets.secretKey).toBe(SECRET_KEY);
    expect(() => secrets.webhookSecrets).toThrow(/CLERK_WEBHOOK_SECRETS/);
  });
});

describe('secrets in a secret', () => {
  it('are read once and kept', async () => {
    const { secrets, store } = fromSecret({
      ...GOOD,
      adminKeyHashes: [createHash('sha256').update('k').digest('hex')],
    });
    const read = await secrets.current();
    expect(read.jwtKeys).toEqual([key]);
    expect(read.adminKeyHashes).toHaveLength(1);
    await secrets.current();
    expect(store.reads).toBe(1);
  });

  it('are read once for all who ask at the same time', async () => {
    const { secrets, store } = fromSecret(GOOD);
    await Promise.all([secrets.current(), secrets.current(), secrets.reread()]);
    expect(store.reads).toBe(1);
  });

  it('may be texts with commas where lists are expected', async () => {
    const { secrets } = fromSecret({ ...GOOD, webhookSecrets: `${first},${second}`, jwtKeys: key });
    const read = await secrets.current();
    expect(read.webhookSecrets).toEqual([first, second]);
    expect(read.jwtKeys).toEqual([key]);
  });

  it('are read again when asked for, but not within 30 s of the last time', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    const webhookSecrets = pick(secrets, (each) => each.webhookSecrets);
    await webhookSecrets.current();
    store.text = JSON.stringify({ ...GOOD, webhookSecrets: [second, first] });
    await time.advance(29_999);
    expect(await webhookSecrets.reread()).toEqual([first]);
    await time.advance(1);
    expect(await webhookSecrets.reread()).toEqual([second, first]);
    expect(await webhookSecrets.current()).toEqual([second, first]);
    expect(store.reads).toBe(2);
  });

  it('stay as they are when reading again fails, and that is not tried more often either', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    await secrets.current();
    store.failing = true;
    await time.advance(30_000);
    expect((await secrets.reread()).secretKey).toBe(SECRET_KEY);
    expect((await secrets.reread()).secretKey).toBe(SECRET_KEY);
    expect(store.reads).toBe(2);
  });

  it('keep what works when a field is spoilt', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    await secrets.current();
    store.text = JSON.stringify({ ...GOOD, secretKey: 'oops', webhookSecrets: [second] });
    await time.advance(30_000);
    const read = await secrets.reread();
    expect(read.secretKey).toBe(SECRET_KEY);
    expect(read.webhookSecrets).toEqual([second]);
  });

  it('fresh from a deployment ask for the real values, field by field, and work once they are there', async () => {
    const { secrets, store, time } = fromSecret(PLACEHOLDERS);
    const read = await secrets.current();
    for (const field of ['secretKey', 'webhookSecrets', 'jwtKeys'] as const) {
      const message = messageOf(() => read[field]);
      expect(message).toMatch(
        new RegExp(`^The field ${field} of the secret that CLERK_SECRET_ARN names .*: put in the`),
      );
    }
    expect(read.adminKeyHashes).toEqual([]);
    store.text = JSON.stringify(GOOD);
    expect(() => read.secretKey).toThrow(/put in the real one/);
    await time.advance(30_000);
    expect((await secrets.current()).secretKey).toBe(SECRET_KEY);
  });

  it.each(['', 'text', 'null', '[]', '"x"', '5', SECRET_KEY])(
    'that are no JSON object (%j) say which fields are needed',
    async (text) => {
      const { secrets } = fromSecret(text);
      await expect(secrets.current()).rejects.toThrow(/CLERK_SECRET_ARN.*not a JSON object.*secretKey, webhookSecrets/);
      await expect(secrets.current()).rejects.not.toThrow(SECRET_KEY);
    },
  );

  it.each([
    ['adminKeyHashes', ['the key itself']],
    ['adminKeyHashes', { a: 1 }],
    ['webhookSecrets', [5]],
    ['jwtKeys', [null]],
    ['secretKey', 5],
  ])('of another shape (%s: %j) are refused by name', async (field, value) => {
    const { secrets } = fromSecret({ ...GOOD, [field]: value });
    const read: Record<string, unknown> = (await secrets.current()) as unknown as Record<string, unknown>;
    expect(messageOf(() => read[field])).toMatch(new RegExp(`The field ${field} of the secret`));
  });

  it('that cannot be read say what to check, are asked for again, and never show what the service said', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    store.failing = true;
    await expect(secrets.current()).rejects.toThrow(/CLERK_SECRET_ARN names cannot be read \(AccessDenied\)/);
    store.failing = false;
    await time.advance(1_000);
    expect((await secrets.current()).secretKey).toBe(SECRET_KEY);
  });

  it('that could not be read are left alone for a second: all who ask meanwhile get the same error', async () => {
    const { secrets, store, time } = fromSecret(GOOD);
    store.failing = true;
    const errorOf = (asked: Promise<unknown>) => asked.then(() => undefined).catch((error: unknown) => error);
    const first = await errorOf(secrets.current());
    await time.advance(999);
    expect(await errorOf(secrets.current())).toBe(first);
    expect(await errorOf(secrets.reread())).toBe(first);
    expect(store.reads).toBe(1);
    await time.advance(1);
    const second = await errorOf(secrets.current());
    expect(second).toBeInstanceOf(Error);
    expect(second).not.toBe(first);
    expect(store.reads).toBe(2);
    // Set back, the clock does not tell how long ago that was.
    time.set(0);
    await errorOf(secrets.current());
    expect(store.reads).toBe(3);
  });
});
