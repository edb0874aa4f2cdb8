import * as fc from 'fast-check';
import { ACTIONS } from '../../../functions/admin/actions.ts';
import type { HttpEvent } from '../../../functions/http/event.ts';
import { ID } from '../functions/authorizer.ts';
import { CANARY, distorted, hostileJson, hostileText, hostileValue } from './hostile.ts';
import { judgeAnswer } from './told.ts';
import type { SentBody } from './users.ts';
import { bodyParts, sentBody } from './users.ts';
import { peopleFiles } from './people-files.ts';
import { createAdminWorld, KEY } from './admin-world.ts';

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

export const imports = fc.record({
  routeKey: fc.constant('POST /admin/roster/import'),
  sent: sentBody(peopleFiles).map((sent): SentBody => ({
    ...sent,
    type: sent.type?.startsWith('application') ? 'text/csv' : sent.type,
  })),
  query: fc.oneof(fc.constantFrom(undefined, {}, { partial: '' }, { partial: 'false' }), query),
  path,
});

export interface AdminRequest {
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
