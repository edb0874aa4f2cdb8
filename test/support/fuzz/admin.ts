import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { ACTIONS } from '../../../functions/admin/actions.ts';
import { DENIALS } from '../../../functions/admin/authenticate.ts';
import { adminApi } from '../../../functions/admin/route-admin.ts';
import type { HttpEvent } from '../../../functions/http/event.ts';
import { createCallBucket } from '../../../shared/adapters/clerk/call-bucket.ts';
import { parseWebhookEvent as parse } from '../../../shared/adapters/clerk/webhook-event.ts';
import { createMemoryAuditStore } from '../../../shared/adapters/memory/audit-store.ts';
import { createMemoryConflictList } from '../../../shared/adapters/memory/conflict-list.ts';
import { createMemoryInstanceStore } from '../../../shared/adapters/memory/instance-store.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import { createMemoryRosterStore } from '../../../shared/adapters/memory/roster-store.ts';
import { createMemoryRunHistory } from '../../../shared/adapters/memory/run-history.ts';
import { createMemoryRunStarter } from '../../../shared/adapters/memory/run-starter.ts';
import { createMemoryRunStore } from '../../../shared/adapters/memory/run-store.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { createMemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import { ID, storeFromClerk } from '../functions/authorizer.ts';
import { createParts, directoryUser, NOW } from '../functions/parts.ts';
import { CANARY, distorted, hostileJson, hostileText, hostileValue } from './hostile.ts';
import { judgeAnswer } from './told.ts';
import type { SentBody } from './users.ts';
import { bodyParts, sentBody } from './users.ts';

const KEY = `cds_${'k'.repeat(43)}`;

/** Everything of the administrative API in memory: a user, an event in quarantine, a run and a roster entry are there. */
async function createAdminWorld() {
  const parts = createParts();
  const store = createMemoryRosterStore();
  const users = createMemoryUserStore({ clock: parts.clock, roster: store });
  const quarantine = createMemoryQuarantine(parts);
  const runs = createMemoryRunStore(parts);
  const starter = createMemoryRunStarter();
  const directory = createMemoryUserDirectory();
  const audit = createMemoryAuditStore(parts);
  let ids = 0;
  const hashes = [createHash('sha256').update(KEY).digest('hex')];
  const deps = {
    ...parts,
    store: users,
    apps: users.apps,
    random: { next: () => 0.5, id: () => `id_${(ids += 1)}` },
    roster: { store, isOn: true, cohort: {} },
    keys: { current: () => Promise.resolve(hashes), reread: () => Promise.resolve(hashes) },
    attempts: createCallBucket({ clock: parts.clock, ...DENIALS }),
    conflicts: createMemoryConflictList(users),
    history: createMemoryRunHistory(runs),
    instance: createMemoryInstanceStore(),
    ...{ parse, quarantine, runs, starter, directory, audit },
  };
  directory.put(directoryUser(ID));
  await storeFromClerk({ ...parts, store: users });
  await quarantine.put({
    id: 'msg_1',
    type: 'user.updated',
    firstAt: NOW,
    reason: 'no-id',
    body: '{',
    userId: undefined,
  } as never);
  const state = async (): Promise<string> =>
    JSON.stringify([
      users.users(),
      (await store.list({ limit: 100 })).entries,
      [...starter.started],
      await waiting(quarantine),
    ]);
  return {
    api: adminApi(deps),
    log: parts.log,
    metrics: parts.metrics,
    state,
    audited: () => audit.list({ limit: 100 }),
  };
}

async function waiting(quarantine: ReturnType<typeof createMemoryQuarantine>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of quarantine.list()) ids.push(id);
  return ids;
}

const bodies = fc.oneof(
  {
    weight: 3,
    arbitrary: distorted({ cohort: 'founders', attributes: { seat: 7, tags: ['a'], nested: { deep: [1] } } }).map(
      hostileJson,
    ),
  },
  { weight: 2, arbitrary: distorted({ userId: ID }).map(hostileJson) },
  { weight: 2, arbitrary: distorted({ evenIfClerkHas: true }).map(hostileJson) },
  { weight: 1, arbitrary: hostileValue.map(hostileJson) },
  { weight: 1, arbitrary: fc.constantFrom('{}', '') },
  { weight: 1, arbitrary: hostileText },
);

const query = fc.option(
  fc.dictionary(
    fc.oneof(
      fc.constantFrom('limit', 'cursor', 'dry_run', 'force', 'since', 'mode', 'user', 'from', 'partial', '__proto__'),
      hostileText,
    ),
    fc.oneof(
      fc.constantFrom(
        'true',
        'false',
        '',
        '1',
        '100',
        '101',
        '1,2',
        'full',
        'incremental',
        '2026-11-25T08:00:00Z',
        '9999999999999',
        'dXNlcg',
      ),
      hostileText,
    ),
    { maxKeys: 3 },
  ),
  { nil: undefined },
);

const path = fc.option(
  fc.record({
    id: fc.oneof(fc.constantFrom(ID, 'user_nobody', 'msg_1', 'id_1'), hostileText),
    email: fc.oneof(fc.constantFrom('ada@example.com', 'ada%40example.com'), hostileText),
  }),
  { nil: undefined, freq: 12 },
);

export const adminRequests = fc.record({
  routeKey: fc.constantFrom(...Object.keys(ACTIONS).filter((route) => route !== 'POST /admin/roster/import')),
  sent: sentBody(bodies),
  query,
  path,
});

/** Files of people as a spreadsheet writes them, and as it does not. */
const address = fc.nat(99_999).map((n) => `person${n}@example.com`);
const cell = fc.oneof(
  hostileText,
  address,
  fc.constantFrom('ada@example.com', 'grace@example.com', 'founders', '"', '"a,b"', '"a\nb"', '""', "'"),
);
const line = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(','));
const csv = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          address,
          fc.constantFrom('', 'founders', '"a, b"'),
          hostileText.map((text) => `"${text.replaceAll('"', '""')}"`),
        ),
        { maxLength: 6 },
      )
      .map((rows) => ['email,cohort,note', ...rows.map((row) => row.join(','))].join('\r\n')),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'email',
          'email,cohort',
          'cohort,email,seat',
          'email,email',
          '\uFEFFemail,__proto__',
          'email,constructor',
        ),
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
      )
      .map(([header, lines, end]) => [header, ...lines].join(end)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(line, fc.array(line, { maxLength: 5 })).map(([header, lines]) => [header, ...lines].join('\n')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `email\n${'a@example.com\n'.repeat(5_001)}`,
      `email,x\n"${'a'.repeat(900_000)}`,
      ','.repeat(100_000),
      `email${',c'.repeat(20_000)}`,
    ),
  },
);

export const imports = fc.record({
  routeKey: fc.constant('POST /admin/roster/import'),
  sent: sentBody(csv).map((sent): SentBody => ({
    ...sent,
    type: sent.type?.startsWith('application') ? 'text/csv' : sent.type,
  })),
  query: fc.oneof(fc.constantFrom(undefined, {}, { partial: '' }, { partial: 'false' }), query),
  path,
});

interface AdminRequest {
  readonly routeKey: string;
  readonly sent: SentBody;
  readonly query: Readonly<Record<string, string | undefined>> | undefined;
  readonly path: Readonly<Record<string, string>> | undefined;
}

function eventOf(
  { routeKey, sent, query: queryStringParameters, path: pathParameters }: AdminRequest,
  authorization: string | undefined,
): HttpEvent {
  const { headers, ...body } = bodyParts(sent);
  const credentials = authorization === undefined ? {} : { authorization };
  return {
    routeKey,
    ...body,
    headers: { ...headers, ...credentials },
    queryStringParameters,
    pathParameters,
    requestContext: {},
  };
}

/** With a key: answered on purpose, whatever is asked; what is refused as invalid has changed nothing. */
export async function adminRequestHolds(request: AdminRequest): Promise<string> {
  const world = await createAdminWorld();
  const before = await world.state();
  const answer = await world.api(eventOf(request, `Bearer ${KEY}`));
  judgeAnswer(answer, world.log);
  const refused = (answer.statusCode ?? 200) >= 400;
  if (refused && (await world.state()) !== before)
    throw new Error(`It was answered ${answer.statusCode}, and has changed something.`);
  const record = JSON.stringify((await world.audited()).items);
  if (record.includes(CANARY)) throw new Error(`The record says what was sent: ${record}`);
  return String(answer.statusCode);
}

export const strangers = fc.record({
  request: fc.oneof(adminRequests, imports),
  authorization: fc.oneof(
    fc.constantFrom(
      undefined,
      '',
      'Bearer',
      `Bearer ${KEY.slice(1)}`,
      `Bearer ${KEY}x`,
      `Basic ${KEY}`,
      `Bearer  ${KEY} `,
      `Bearer ${KEY},${KEY}`,
    ),
    hostileText,
    hostileText.map((text) => `Bearer cds_${text}`),
  ),
});

/** Without a key nothing is read, changed or recorded. */
export async function strangersRequestHolds({
  request,
  authorization,
}: {
  readonly request: AdminRequest;
  readonly authorization: string | undefined;
}): Promise<string> {
  const world = await createAdminWorld();
  const before = await world.state();
  const answer = await world.api(eventOf(request, authorization));
  judgeAnswer(answer, world.log);
  if (answer.statusCode !== 401) throw new Error(`It was answered ${answer.statusCode}.`);
  if ((await world.state()) !== before || (await world.audited()).items.length > 0)
    throw new Error('A stranger has left something.');
  return String(answer.statusCode);
}
