import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookEvent } from '../bench/events.ts';
import { claimTable } from '../bench/mirrors.ts';
import type { Mirror } from '../bench/mirrors.ts';
import type { SubjectProcess } from '../bench/process/subject-process.ts';
import { PARTS, WEBHOOK } from '../bench/subjects.ts';
import type { Subject } from '../bench/subjects.ts';
import { createIssuer } from '../bench/tokens.ts';
import { benchUser } from '../bench/user.ts';
import type { BenchUser } from '../bench/user.ts';
import { createWorld } from '../bench/world.ts';
import type { World } from '../bench/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const newUser = (): BenchUser => benchUser(`user_${randomUUID().replaceAll('-', '')}`);
const answered = (outcome: string) => ({ answer: { statusCode: 200, body: JSON.stringify({ outcome }) } });
const later = (user: BenchUser): BenchUser => ({
  ...user,
  email: `later.${user.email}`,
  updatedAt: user.updatedAt + 60_000,
});

/** A changed email would move a reservation too. */
const renamed = (user: BenchUser): BenchUser => ({ ...user, lastName: 'Later', updatedAt: user.updatedAt + 60_000 });

function underTest(subject: Subject) {
  let running: SubjectProcess;
  let mirror: Mirror;
  beforeAll(async () => {
    await claimTable(await world.host.tableOf(subject), world.issuer.instanceId);
    mirror = await world.host.mirrorOf(subject);
    running = await world.host.start(subject);
  });
  afterAll(() => running.close());
  return {
    mirror: () => mirror,
    send: (type: 'user.created' | 'user.updated', user: BenchUser, issuer = world.issuer) =>
      running.call(webhookEvent(issuer, type, user)),
    run: (events: readonly unknown[], expectedBody: string) => running.run({ events, times: 1, expectedBody }),
  };
}

/** Neither may be fast for doing less than it says. */
describe.each([
  ['our webhook', WEBHOOK, { answer: { statusCode: 400 } }],
  ['the parts', PARTS, { thrown: 'No matching signature found' }],
] as const)('%s', (_name, subject, refusal) => {
  const { mirror, send } = underTest(subject);

  it('stores what an event has changed', async () => {
    const user = newUser();
    await mirror().put(user);
    expect(await send('user.updated', later(user))).toMatchObject(answered('updated'));
    expect(await mirror().emailOf(user.id)).toBe(later(user).email);
  });

  it('stores nothing of an event that a stranger has signed', async () => {
    const user = newUser();
    await mirror().put(user);
    const { webhookSecret } = createIssuer();
    const outcome = await send('user.updated', later(user), { ...world.issuer, webhookSecret });
    expect(outcome).toMatchObject(refusal);
    expect(await mirror().emailOf(user.id)).toBe(user.email);
  });
});

describe('what our webhook does and the parts do not', () => {
  const ours = underTest(WEBHOOK);
  const parts = underTest(PARTS);

  it('an event that comes again, and an older one, change nothing', async () => {
    const user = newUser();
    const newer = later(user);
    expect(await ours.send('user.created', newer)).toMatchObject(answered('created'));
    expect(await ours.send('user.created', newer)).toMatchObject(answered('unchanged'));
    expect(await ours.send('user.updated', user)).toMatchObject(answered('stale'));
    expect(await ours.mirror().emailOf(user.id)).toBe(newer.email);
  });

  it('an older event brings an older email back', async () => {
    const user = newUser();
    await parts.mirror().put(later(user));
    await parts.send('user.updated', user);
    expect(await parts.mirror().emailOf(user.id)).toBe(user.email);
  });
});

/** What docs/bench.md says that is in the rows. */
describe('what an event of a known user asks of the table', () => {
  it.each<[string, Subject, object]>([
    ['ours', WEBHOOK, { readCalls: 2, writeCalls: 1 }],
    ['the parts', PARTS, { readCalls: 1, writeCalls: 1 }],
  ])('that changes her, by %s', async (_name, subject, calls) => {
    expect(await callsFor(subject, renamed)).toMatchObject(calls);
  });

  it('that comes again, by ours', async () => {
    expect(await callsFor(WEBHOOK, (user) => user)).toMatchObject({ readCalls: 2, writeCalls: 0 });
  });

  async function callsFor(subject: Subject, change: (user: BenchUser) => BenchUser): Promise<object> {
    await claimTable(await world.host.tableOf(subject), world.issuer.instanceId);
    const user = newUser();
    await (await world.host.mirrorOf(subject)).put(user);
    const counted = await world.host.startCounted(subject);
    await counted.run({ events: [webhookEvent(world.issuer, 'user.updated', change(user))], times: 1 });
    return counted.end();
  }
});

describe('a job that expects a body', () => {
  const { run } = underTest(WEBHOOK);

  it('counts those who got it and nobody else', async () => {
    const created = webhookEvent(world.issuer, 'user.created', newUser());
    const unsigned = { ...created, headers: {} };
    const report = await run([created, created, unsigned], JSON.stringify({ outcome: 'unchanged' }));
    expect(report).toMatchObject({ invocations: 3, asExpected: 1, allowed: 0 });
  });
});
