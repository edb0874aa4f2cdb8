import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbAppStore } from '../../shared/adapters/dynamodb/app-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryRosterStore } from '../../shared/adapters/memory/roster-store.ts';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import type { AppChange } from '../../shared/domain/app-change.ts';
import type { JsonObject, JsonValue } from '../../shared/domain/json.ts';
import type { LeftOver, Name } from '../../shared/domain/names.ts';
import { nameKey } from '../../shared/domain/names.ts';
import type { NameMove } from '../../shared/domain/plan-names.ts';
import type { RosterEntry } from '../../shared/domain/roster.ts';
import type { HeldNames, MirroredUser, Path, StoredUser } from '../../shared/domain/user.ts';
import type { AppReading, AppStore } from '../../shared/ports/app-store.ts';
import { UnstorableUser } from '../../shared/ports/user-store.ts';
import type { RosterStore } from '../../shared/ports/roster-store.ts';
import type { NamesChanged, RosterWrite, UserStore, UserWrite, WriteResult } from '../../shared/ports/user-store.ts';
import { all } from '../support/contracts/user-store.ts';
import { NOW } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

const IDS = ['user_a', 'user_b', 'user_c'] as const;
const DAY_MS = 86_400_000;

/** What happens to a store, in the order it happens. `known` says which earlier state of the user the writer goes by. */
type Step =
  | ({ kind: 'write' } & Writing)
  | { kind: 'together'; writes: Writing[] }
  | { kind: 'tidy'; name: Name; leftOver: LeftOver }
  | { kind: 'app'; id: string; app: JsonObject }
  | { kind: 'change'; id: string; known: 'first' | 'latest'; change: AppChange }
  | { kind: 'expire'; id: string; after: number }
  | { kind: 'pass'; ms: number };

interface Writing {
  user: MirroredUser;
  known: 'none' | 'first' | 'latest';
  path: Path;
  moves: NameMove[];
  held: HeldNames;
  inheritFrom: string | undefined;
  erase: { expiresAt: number | undefined } | undefined;
  roster: RosterMaking | undefined;
}

/** An entry as a writer takes it to be, and what he makes of it. */
interface RosterMaking {
  link: string | undefined;
  email: string;
  before: 'none' | 'first' | 'latest';
  after: 'gone' | 'free' | 'linked';
}

const EMAILS = ['a@example.com', 'b@example.com'] as const;

/** Few names, so that they meet. */
const NAMES: readonly Name[] = [
  { kind: 'email', value: 'a@example.com' },
  { kind: 'email', value: 'b@example.com' },
  { kind: 'username', value: 'a@example.com' },
];

const text = fc.string({ unit: 'binary', maxLength: 12 });
const id = fc.constantFrom(...IDS);
const time = fc.integer({ min: NOW - 3 * DAY_MS, max: NOW + DAY_MS });
const version = fc.record({ asOf: time, seenAt: time });
const json: fc.Arbitrary<JsonObject> = fc
  .dictionary(
    fc.oneof(text, fc.constantFrom('constructor', 'toString', '__proto__')),
    fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }).map((value) => value as JsonValue),
    { maxKeys: 4 },
  )
  .map((object) => JSON.parse(JSON.stringify(object)) as JsonObject);

/** What the document client takes from an application: it refuses some keys that the stores keep. */
const app: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom('bio', 'location', 'é'),
  fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
);

/** Clerk may have an erased user, or not. */
const ERASED: { requiredKeys: ['deletedAt', 'erasedAt'] } = { requiredKeys: ['deletedAt', 'erasedAt'] };
/** What a user's own request changes, with values that no table keeps among them. */
const change: fc.Arbitrary<AppChange> = fc
  .tuple(fc.constantFrom('bio', 'location', 'é', 'constructor', '__proto__', ''), json)
  .map(([name, value]) => JSON.parse(JSON.stringify({ [name]: value, ...value })) as AppChange)
  .filter((made) => Object.keys(made).length > 0);

const user: fc.Arbitrary<MirroredUser> = fc.record({
  id,
  profile: fc.record({
    content: fc.record({
      email: fc.option(text),
      firstName: fc.option(text),
      lastName: fc.option(text),
      imageUrl: fc.option(text),
    }),
    version,
  }),
  record: fc.option(
    fc.record({
      content: fc.record({
        verifiedEmail: fc.option(text),
        username: fc.option(text),
        externalId: fc.option(text),
        banned: fc.boolean(),
        deprovisioned: fc.boolean(),
        publicMetadata: json,
        clerkCreatedAt: fc.oneof(time, fc.integer({ min: 0, max: NOW })),
      }),
      version,
    }),
    { nil: undefined },
  ),
  locked: fc.boolean(),
  tombstone: fc.option(
    fc.oneof(
      fc.record({ deletedAt: time }),
      fc.record({ deletedAt: time, erasedAt: time, inClerk: fc.constant(true as const) }, ERASED),
    ),
    { nil: undefined },
  ),
  restoredAt: fc.option(time, { nil: undefined }),
});

const move: fc.Arbitrary<NameMove> = fc.record({
  action: fc.constantFrom('take', 'take', 'release', 'retire', 'wait', 'leave', 'forget'),
  name: fc.constantFrom(...NAMES),
});

const rosterMaking: fc.Arbitrary<RosterMaking> = fc.record({
  link: fc.constantFrom(undefined, ...EMAILS),
  email: fc.constantFrom(...EMAILS),
  before: fc.constantFrom('none', 'first', 'latest', 'latest'),
  after: fc.constantFrom('gone', 'free', 'linked', 'linked'),
});

const writing: fc.Arbitrary<Writing> = fc
  .record({
    user,
    known: fc.constantFrom('none', 'first', 'latest', 'latest', 'latest'),
    path: fc.constantFrom('webhook', 'authorizer', 'reconciler'),
    moves: fc.uniqueArray(move, { maxLength: 2, selector: ({ name }) => nameKey(name) }),
    held: fc.record({ email: fc.constantFrom('a@example.com', 'b@example.com') }, { requiredKeys: [] }),
    inheritFrom: fc.option(id, { nil: undefined, freq: 6 }),
    roster: fc.option(rosterMaking, { nil: undefined, freq: 3 }),
    erase: fc.option(fc.record({ expiresAt: fc.option(time, { nil: undefined }) }), { nil: undefined, freq: 6 }),
  })
  .map((made) => ({
    ...made,
    // What is inherited comes with an email that is taken.
    inheritFrom: made.moves.some(({ action, name }) => action === 'take' && name.kind === 'email')
      ? made.inheritFrom
      : undefined,
  }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: writing.map((made) => ({ kind: 'write' as const, ...made })) },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(writing, { minLength: 2, maxLength: 2, selector: (made) => made.user.id })
      // An entry changes once in a transaction.
      .filter(([a, b]) => a?.roster === undefined || a.roster.email !== b?.roster?.email)
      .map((writes) => ({ kind: 'together' as const, writes })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('tidy' as const),
      name: fc.constantFrom(...NAMES),
      leftOver: fc.record({ claimants: fc.subarray([...IDS]), owner: fc.boolean() }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('app' as const), id, app }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      id,
      known: fc.constantFrom('first', 'latest', 'latest'),
      change,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), id, after: fc.integer({ max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 5000 }) }) },
);

interface World {
  readonly store: UserStore;
  readonly roster: RosterStore;
  readonly apps: AppStore;
  readonly writeApp: (id: string, app: JsonObject) => Promise<void>;
  readonly expireAt: (id: string, ms: number) => Promise<void>;
}

let tables: TestTables;
let now = NOW;
const clock = { now: () => now };
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

describe('the store in memory and the one in DynamoDB', () => {
  it('answer every history alike', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        now = NOW;
        const inDynamoDb = await play(await openDynamoDb(), steps);
        now = NOW;
        const inMemory = await play(openMemory(), steps);
        expect(inDynamoDb).toEqual(inMemory);
      }),
      { numRuns: 150 },
    );
  });
});

/** Everything that a store answers while the steps are played. */
async function play(world: World, steps: readonly Step[]): Promise<unknown[]> {
  const memory: Memory = { seen: new Map(), entries: new Map() };
  const readings = new Map<string, AppReading>();
  const answers: unknown[] = [];
  for (const [number, step] of steps.entries()) {
    answers.push(
      step.kind === 'change'
        ? await changeApp(world, step, readings)
        : await answerTo(world, step, memory, `print-${number}`),
    );
    if (step.kind === 'write' || step.kind === 'together') await noteEntries(world.roster, step, memory.entries);
  }
  answers.push([...memory.entries], await world.roster.list({ limit: 5 }));
  for (const id of IDS) answers.push(await world.store.get(id, { consistent: true }));
  for (const name of NAMES) answers.push(await world.store.reservation(name), await world.store.find(name));
  answers.push(await all(world.store.listByCreation(NOW - DAY_MS)), await all(world.store.listUnknownCreation()));
  answers.push(await all(world.store.countLive(NOW - DAY_MS)));
  answers.push(await all(world.store.listConflicts()));
  answers.push(await all(world.store.listDeleted({ from: NOW - 2 * DAY_MS, until: NOW + DAY_MS })));
  answers.push(await all(world.store.listErasedInClerk()));
  return answers;
}

/** What earlier steps have shown. */
interface Memory {
  readonly seen: Map<string, StoredUser[]>;
  readonly entries: Entries;
}

async function answerTo(
  { store, writeApp, expireAt }: World,
  step: Exclude<Step, { kind: 'change' }>,
  memory: Memory,
  fingerprint: string,
): Promise<unknown> {
  const { seen } = memory;
  switch (step.kind) {
    case 'pass':
      now += step.ms;
      return undefined;
    case 'app':
      return writeApp(step.id, step.app).catch(noSuchUser);
    case 'expire':
      return expireAt(step.id, now + step.after).catch(noSuchUser);
    case 'tidy':
      return store.tidy(await store.reservation(step.name), step.leftOver);
    case 'write': {
      const result = await orReason(store.write(writeOf(step, memory, fingerprint)));
      if (typeof result !== 'string' && result.status !== 'names-changed') remember(seen, step.user.id, leftBy(result));
      return result;
    }
    case 'together': {
      const writes = step.writes.map((made) => writeOf(made, memory, fingerprint));
      const result = await orReason(store.writeTogether(writes));
      if (typeof result !== 'string' && result.status === 'written') {
        for (const user of result.users) remember(seen, user.id, user);
      }
      return result;
    }
  }
}

/** @returns the user as she is told, whether the change was made, and why not where it cannot be */
async function changeApp(
  { apps }: World,
  { id, known, change }: Extract<Step, { kind: 'change' }>,
  readings: Map<string, AppReading>,
): Promise<unknown> {
  const latest = await apps.read(id);
  const reading = known === 'first' ? (readings.get(id) ?? latest) : latest;
  if (!reading) return 'no such user';
  readings.set(id, readings.get(id) ?? reading);
  const result = await orReason(reading.write(change));
  if (typeof result === 'string') return result;
  return result.status === 'written' ? result : { status: 'lost', current: result.current?.user };
}

function writeOf(made: Writing, { seen, entries }: Pick<Memory, 'seen' | 'entries'>, fingerprint: string): UserWrite {
  const states = seen.get(made.user.id) ?? [];
  const expected = { none: undefined, first: states[0], latest: states.at(-1) }[made.known];
  const { user: next, path, moves, held, inheritFrom, erase, roster } = made;
  return {
    next,
    expected,
    path,
    fingerprint,
    now,
    moves,
    held,
    ...(inheritFrom !== undefined && { inheritFrom }),
    ...(erase && { erase }),
    ...(roster && { roster: rosterWriteOf(roster, next.id, entries) }),
  };
}

/** Earlier states of every entry, by address: what a writer may go by. */
type Entries = Map<string, RosterEntry[]>;

function rosterWriteOf({ link, email, before, after }: RosterMaking, userId: string, entries: Entries): RosterWrite {
  const states = entries.get(email) ?? [];
  const known = { none: undefined, first: states[0], latest: states.at(-1) }[before];
  return { link, changes: [{ email, before: known, after: entryAfter(after, known, email, userId) }] };
}

function entryAfter(
  after: RosterMaking['after'],
  known: RosterEntry | undefined,
  email: string,
  userId: string,
): RosterEntry | undefined {
  if (after === 'gone') return undefined;
  return {
    email,
    attributes: { of: email },
    cohort: known?.cohort ?? userId,
    origin: 'registered',
    link: after === 'linked' ? { userId, at: now } : undefined,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    revision: (known?.revision ?? 0) + 1,
  };
}

/** Notes how the entries that a step was about are after it. */
async function noteEntries(
  roster: RosterStore,
  step: Extract<Step, { kind: 'write' | 'together' }>,
  entries: Entries,
): Promise<void> {
  for (const made of step.kind === 'write' ? [step] : step.writes) {
    if (!made.roster) continue;
    const { email } = made.roster;
    const entry = await roster.get(email);
    entries.set(email, entry ? [...(entries.get(email) ?? []), entry] : []);
  }
}

async function orReason<T>(result: Promise<T>): Promise<T | string> {
  return result.catch((error: unknown) => {
    if (error instanceof UnstorableUser) return error.message;
    throw error;
  });
}

function remember(seen: Map<string, StoredUser[]>, userId: string, user: StoredUser | undefined): void {
  seen.set(userId, user ? [...(seen.get(userId) ?? []), user] : []);
}

function leftBy(result: Exclude<WriteResult, NamesChanged>): StoredUser | undefined {
  return result.status === 'written' ? result.user : result.current;
}

function noSuchUser(error: unknown): string {
  if (/no user|conditional/i.test(String(error))) return 'no such user';
  throw error;
}

function openMemory(): World {
  const roster = createMemoryRosterStore();
  const store = createMemoryUserStore({ clock, roster });
  return {
    store,
    roster,
    apps: store.apps,
    writeApp: async (id, app) => Promise.resolve().then(() => store.writeApp(id, app)),
    expireAt: async (id, ms) => Promise.resolve().then(() => store.expireAt(id, ms)),
  };
}

async function openDynamoDb(): Promise<World> {
  const tableName = await tables.create();
  const set = async (id: string, attribute: string, value: unknown): Promise<void> => {
    const command = new UpdateCommand({
      TableName: tableName,
      Key: { pk: `user#${id}` },
      UpdateExpression: 'SET #attribute = :value',
      ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(expiresAt) OR expiresAt > :now)',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value, ':now': Math.floor(now / 1000) },
    });
    await tables.client.send(command);
  };
  return {
    store: createDynamoDbUserStore({ client: tables.client, tableName, clock, pageSize: 2 }),
    roster: createDynamoDbRosterStore({ client: tables.client, tableName, clock }),
    apps: createDynamoDbAppStore({ client: tables.client, tableName, clock }),
    writeApp: (id, app) => set(id, 'app', app),
    expireAt: (id, ms) => set(id, 'expiresAt', Math.floor(ms / 1000)),
  };
}
