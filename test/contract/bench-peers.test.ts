import { randomUUID } from 'node:crypto';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countUnchanged } from '../bench/measurements/unchanged.ts';
import type { Mirror } from '../bench/mirrors.ts';
import type { SubjectProcess } from '../bench/process/subject-process.ts';
import {
  AWS_JWT_VERIFY,
  FLOOR,
  NAIVE,
  NAIVE_WITHOUT_METRICS,
  OURS,
  OURS_WITHOUT_SECRET,
  TYPICAL,
} from '../bench/subjects.ts';
import type { Subject } from '../bench/subjects.ts';
import { authorizerEvent } from '../bench/tokens.ts';
import { benchUser } from '../bench/user.ts';
import type { BenchUser } from '../bench/user.ts';
import { createWorld } from '../bench/world.ts';
import type { World } from '../bench/world.ts';
import { encode, payload, signToken } from '../unit/clerk/support/tokens.ts';
import { identity } from '../support/dynamodb/test-tables.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const newUser = (): BenchUser => benchUser(`user_${randomUUID().replaceAll('-', '')}`);
const seconds = (): number => Math.floor(Date.now() / 1_000);
const unauthorized = { thrown: 'Unauthorized' };
const forbidden = { answer: { isAuthorized: false, context: {} } };
const allowed = (user: Partial<BenchUser>): object => ({
  answer: { isAuthorized: true, context: { user, sessionId: expect.stringMatching(/^sess_/) as unknown } },
});

/** A subject under test: its process, its table, and one request with a token of it. */
function underTest(subject: Subject) {
  let running: SubjectProcess;
  let mirror: Mirror;
  beforeAll(async () => {
    mirror = await world.host.mirrorOf(subject);
    running = await world.host.start(subject);
  });
  afterAll(() => running.close());
  return {
    mirror: () => mirror,
    ask: (token: string | undefined) => running.call(authorizerEvent(token)),
    /** As a signed-in user's browser would. */
    visit: (user: BenchUser, claims: object = {}) =>
      running.call(authorizerEvent(world.issuer.token(user, { ...claims }))),
    known: async (over: Partial<BenchUser> = {}) => {
      const user = { ...newUser(), ...over };
      await mirror.put(user);
      return user;
    },
  };
}

function factsOf({ id, email, firstName, lastName, imageUrl }: BenchUser): Partial<BenchUser> {
  return { id, email, firstName, lastName, imageUrl };
}

/** None of those that are compared may be slow for being wrong, or fast for doing less. */
describe.each(
  [OURS, OURS_WITHOUT_SECRET, NAIVE, NAIVE_WITHOUT_METRICS, TYPICAL, AWS_JWT_VERIFY].map(
    (each) => [each.name, each] as const,
  ),
)('the subject "%s"', (_name, subject) => {
  const { mirror, ask, visit, known } = underTest(subject);

  it('lets a known user in with the whole user on the request, at the first sight of the token and later', async () => {
    const user = await known();
    const token = world.issuer.token(user);
    const { username, externalId, banned, publicMetadata } = user;
    const whole = { ...factsOf(user), username, externalId, banned, publicMetadata };
    expect(await ask(token)).toMatchObject(allowed(whole));
    expect(await ask(token)).toMatchObject(allowed(whole));
  });

  it('stores a user whom it sees for the first time', async () => {
    const user = newUser();
    expect(await visit(user)).toMatchObject(allowed(factsOf(user)));
    expect(await mirror().emailOf(user.id)).toBe(user.email);
  });

  it('stores an email that has changed', async () => {
    const user = await known();
    const changed = { ...user, email: 'changed@example.com', updatedAt: user.updatedAt + 60_000 };
    expect(await visit(changed)).toMatchObject(allowed(factsOf(changed)));
    expect(await mirror().emailOf(user.id)).toBe('changed@example.com');
  });

  refusesBadTokens(ask, known);
  refusesThoseWhoAreGone(mirror, visit, known);
});

describe('the floor', () => {
  const { mirror, ask, visit, known } = underTest(FLOOR);

  it('lets a known user in with the whole user on the request', async () => {
    const user = await known();
    expect(await visit(user)).toMatchObject(allowed({ ...factsOf(user), publicMetadata: user.publicMetadata }));
  });

  refusesBadTokens(ask, known);
  refusesThoseWhoAreGone(mirror, visit, known);

  it('is no mirror: it stores nothing', async () => {
    const user = await known();
    await visit({ ...user, email: 'changed@example.com', updatedAt: user.updatedAt + 60_000 });
    expect(await mirror().emailOf(user.id)).toBe(user.email);
  });
});

type Ask = ReturnType<typeof underTest>['ask'];
type Visit = ReturnType<typeof underTest>['visit'];
type Known = ReturnType<typeof underTest>['known'];

function refusesBadTokens(ask: Ask, known: Known): void {
  it.each<readonly [string, (user: BenchUser) => string | undefined]>([
    ['none', () => undefined],
    ['one that a stranger signed', ({ id }) => signToken(world.issuer.foreignJwt, payload({ sub: id }))],
    ['one whose claims were changed', (user) => withOtherClaims(world.issuer.token(user))],
    ['an expired one', (user) => world.issuer.token(user, { exp: seconds() - 60, iat: seconds() - 120 })],
    ['one for another application', (user) => world.issuer.token(user, { azp: 'https://evil.example.com' })],
  ])('refuses a bad token: %s', async (_case, make) => {
    expect(await ask(make(await known()))).toEqual(unauthorized);
  });
}

function withOtherClaims(token: string): string {
  const [head, , signature] = token.split('.');
  return `${head}.${encode(payload({ sub: 'user_eve' }))}.${signature}`;
}

function refusesThoseWhoAreGone(mirror: () => Mirror, visit: Visit, known: Known): void {
  it('refuses a banned and a deleted user while their tokens are valid', async () => {
    expect(await visit(await known({ banned: true }))).toEqual(forbidden);
    const deleted = await known();
    await mirror().markDeleted(deleted.id);
    expect(await visit(deleted)).toEqual(forbidden);
  });
}

/** What docs/bench.md says that the peers lack, each beside ours. */
describe('what ours does and a peer does not', () => {
  const subjects = {
    ours: underTest(OURS),
    naive: underTest(NAIVE),
    typical: underTest(TYPICAL),
    jwt: underTest(AWS_JWT_VERIFY),
  };
  type Name = keyof typeof subjects;

  it.each<[Name, string]>([
    ['ours', 'newer@example.com'],
    ['naive', 'older@example.com'],
    ['typical', 'older@example.com'],
    ['jwt', 'older@example.com'],
  ])('after an older token, "%s" has stored %s', async (name, stored) => {
    const { known, visit, mirror } = subjects[name];
    const user = await known({ email: 'newer@example.com' });
    await visit({ ...user, email: 'older@example.com', updatedAt: user.updatedAt - 60_000 });
    expect(await mirror().emailOf(user.id)).toBe(stored);
  });

  it.each<[Name, string]>([
    ['ours', 'kept@example.com'],
    ['naive', 'late@example.com'],
    ['typical', 'late@example.com'],
    ['jwt', 'late@example.com'],
  ])('after a deleted user\'s late token, "%s" has stored %s', async (name, stored) => {
    const { known, visit, mirror } = subjects[name];
    const user = await known({ email: 'kept@example.com' });
    await mirror().markDeleted(user.id);
    await visit({ ...user, email: 'late@example.com', updatedAt: user.updatedAt + 60_000 });
    expect(await mirror().emailOf(user.id)).toBe(stored);
  });

  it.each<[string, object, Name[]]>([
    ['of another issuer', { iss: 'https://evil.example.com' }, ['naive', 'typical']],
    ['for another audience', { aud: 'https://other.example.com' }, ['naive', 'typical', 'jwt']],
    ['made from a template', { sid: undefined }, ['naive', 'typical', 'jwt']],
    ['of a pending session', { sts: 'pending' }, ['typical', 'jwt']],
  ])('a token %s, %j, is let in by %j and refused by the others', async (_case, claims, expected) => {
    const letIn: string[] = [];
    for (const [name, { known, visit }] of Object.entries(subjects)) {
      if ('answer' in (await visit(await known(), claims))) letIn.push(name);
    }
    expect(letIn).toEqual(expected);
  });
});

describe('the metric service of the bench', () => {
  const { visit, known } = underTest(NAIVE);

  it('has got what the naive peer put', async () => {
    await visit(await known());
    const client = new CloudWatchClient({ endpoint: world.servicesUrl, ...identity() });
    const metric = { Namespace: 'UserSync', MetricName: 'UserSynced' };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [{ Id: 'syncs', MetricStat: { Metric: metric, Period: 86_400, Stat: 'Sum' } }],
      }),
    );
    client.destroy();
    expect(MetricDataResults?.[0]?.Values?.[0]).toBeGreaterThan(0);
  });
});

/** What is counted of ours, 0 for most, would be counted of others. */
describe('what a request of an unchanged user costs', () => {
  it.each<[Subject, object]>([
    [OURS, { readCalls: 1, readUnits: 0.5, writeCalls: 0, writeUnits: 0, metricCalls: 0, logBytes: 0 }],
    [NAIVE, { readCalls: 0, readUnits: 0, writeCalls: 1, writeUnits: 1, metricCalls: 1, logBytes: 0 }],
    [TYPICAL, { readCalls: 1, readUnits: 0.5, writeCalls: 0, metricCalls: 0 }],
    [AWS_JWT_VERIFY, { readCalls: 1, readUnits: 0.5, writeCalls: 0, metricCalls: 0, logBytes: 0 }],
  ])('is counted: $name', async (subject, cost) => {
    expect(await countUnchanged(world, subject)).toMatchObject(cost);
  });

  it('has the lines of those who write some counted to the last byte', async () => {
    const { logBytes } = await countUnchanged(world, TYPICAL);
    // Its metrics are a line of some 250 bytes for each request.
    expect(logBytes).toBeGreaterThan(100);
  });
});

describe('the first answer of a fresh process', () => {
  const user = benchUser('user_first');

  it.each<[Subject, boolean]>([
    [OURS, false],
    [TYPICAL, true],
    [FLOOR, false],
  ])('has cost a load of undici, or has not: $name', async (subject, hasUndici) => {
    await (await world.host.mirrorOf(subject)).put(user);
    const started = await world.host.start(subject);
    const report = await started.run({ events: [authorizerEvent(world.issuer.token(user))], times: 1 });
    await started.close();
    expect(report).toMatchObject({ allowed: 1, hasUndici });
  });
});
