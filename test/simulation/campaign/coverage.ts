import { ACTS } from '../history/plan.ts';
import { STORMS } from '../world/storms.ts';
import { TOKEN_KINDS } from '../world/tokens.ts';

/** How often each thing happened. */
export type Coverage = Readonly<Record<string, number>>;

const SETTLED = ['created', 'updated', 'deleted', 'stale', 'unchanged', 'ignored', 'quarantined'];

/** What has to happen in a campaign of any size to speak of: acts, faults that strike, answers, and what the rule decides. */
export const EXPECTED: readonly string[] = [
  ...ACTS.map((kind) => `act ${kind}`),
  ...STORMS.map((kind) => `storm ${kind}`),
  ...STORMS.filter((kind) => !/webhooks|secret|endpoint/.test(kind)).map((kind) => `fault ${kind}`),
  ...TOKEN_KINDS.map((kind) => `token ${kind}`),
  ...['read', 'write'].flatMap((call) => [`crash before a ${call}`, `crash after a ${call}`]),
  ...['lost', 'delayed', 'duplicated', 'retried', 'given up', 'no answer'].map((what) => `webhook ${what}`),
  ...['previous', 'revoked'].map((secret) => `webhook signed with the ${secret} secret`),
  ...SETTLED.map((outcome) => `webhook 200 ${outcome}`),
  'webhook 400 webhook_rejected',
  'webhook 503 unavailable',
  'table timed out',
  'cloudwatch timed out',
  'clerk timed out',
  ...['allowed', '401', '403', '500', 'no answer'].map((verdict) => `authorizer ${verdict}`),
  ...['deleted', 'banned', 'deprovisioned', 'no-such-user', 'store-unavailable', 'expired', 'signature'].map(
    (reason) => `metric AuthDenied ${reason}`,
  ),
  ...['GET /users/me', 'PATCH /users/me', 'POST /users/sync'].flatMap((route) =>
    ['200', '403', '503', 'no answer'].map((status) => `${route} ${status}`),
  ),
  'POST /users/sync 201',
  'POST /users/sync 404',
  ...['created', 'updated', 'stale', 'failed'].map((outcome) => `metric Sync${capital(outcome)} authorizer`),
  ...['created', 'updated', 'deleted', 'stale', 'failed'].map((outcome) => `metric Sync${capital(outcome)} webhook`),
  ...['created', 'updated', 'deleted', 'restored', 'failed'].map(
    (outcome) => `metric Sync${capital(outcome)} reconciler`,
  ),
  'metric SyncCreated on-demand',
  'metric EmailConflict',
  'metric UsernameConflict',
  ...['in-sync', 'repaired', 'held', 'failed'].map((status) => `run full ${status}`),
  ...['in-sync', 'drift', 'failed'].map((status) => `run dry ${status}`),
  ...['repaired', 'failed'].map((status) => `run approve ${status}`),
  ...['in-sync', 'repaired'].map((status) => `run user ${status}`),
  ...['interrupted', 'stopped', 'thrown'].map((what) => `run ${what}`),
  ...['settled', 'sent again', 'given up'].map((what) => `changes ${what}`),
  ...['settled', 'sent again'].map((what) => `events ${what}`),
  ...['allowed', '403'].map((verdict) => `gateway ${verdict}`),
  'item edited by hand',
  ...['200 ok', '200 unknown', '503 error'].map((what) => `GET /health ${what}`),
  ...['healthy', 'unknown'].map((what) => `GET /health/user-sync 200 ${what}`),
  ...['in-sync', 'repaired', 'failed', 'skipped'].map((status) => `run incremental ${status}`),
  ...['erased', 'erased-before', 'user_in_clerk', 'unavailable', 'no answer'].map((what) => `erase ${what}`),
  ...['restored', 'user_deleted_lately', 'user_not_found', 'unavailable'].map((what) => `restore ${what}`),
  ...['created', 'updated', 'unchanged', 'unavailable'].map((what) => `sync ${what}`),
  ...['201', '200', 'unavailable'].map((what) => `register ${what}`),
  ...['deleted', 'entry_linked', 'entry_not_found'].map((what) => `unregister ${what}`),
  ...['linked', 'entry_linked', 'entry_not_found', 'user_has_another_entry', 'user_is_deleted'].map(
    (what) => `link ${what}`,
  ),
  ...['unlinked', 'entry_not_found', 'entry_not_linked'].map((what) => `unlink ${what}`),
  ...['event_unusable', 'unavailable'].map((what) => `replay ${what}`),
  'dismiss dismissed',
  ...['requested', 'run_superseded', 'unavailable'].map((what) => `approve ${what}`),
  ...['requested', 'unavailable', 'run_not_started'].map((what) => `start ${what}`),
  ...['200', 'unauthorized', 'unavailable'].map((what) => `look ${what}`),
];

/** Histories after which everything must have happened. */
export const ENOUGH_HISTORIES = 1_000;

export function neverHappened(coverage: Coverage): readonly string[] {
  return EXPECTED.filter((what) => (coverage[what] ?? 0) === 0);
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
