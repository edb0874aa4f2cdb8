import { setTimeout as sleep } from 'node:timers/promises';
import { asRecord, asText } from '../../cloud/json.ts';
import type { ActionResult } from '../contract.ts';
import type { ConsolePlace } from '../place.ts';
import type { Answer } from '../sources/call.ts';
import { call } from '../sources/call.ts';

/** A run may take its time. */
const RUN_TIMEOUT_MS = 10 * 60_000;
/** A browser has six connections to one server: some runs that take long must not use them all. */
const PATIENCE_MS = 10_000;

/**
 * Fires a schedule, or starts a run that reads every item, which no schedule does.
 * @param patienceMs for so long its end is waited for: the page shows how it goes on
 */
export async function startRun(
  kind: 'full' | 'incremental' | 'forced',
  place: ConsolePlace,
  patienceMs = PATIENCE_MS,
): Promise<ActionResult> {
  if (kind === 'forced')
    return admin(place, '/admin/sync-users?force', 'A forced run has started: it reads every item.');
  const later = { ok: true, message: `The ${kind} run is at work: see Runs for how it goes.` };
  return Promise.race([fire(kind, place), sleep(patienceMs, later, { ref: false })]);
}

async function fire(kind: string, place: ConsolePlace): Promise<ActionResult> {
  const url = `${place.api}/__local/schedules/${kind}`;
  const { status, body } = await call({ part: 'The API', url, method: 'POST', timeoutMs: RUN_TIMEOUT_MS });
  const ended = asText(asRecord(body)['status']);
  if (status !== 200)
    return { ok: false, message: `The ${kind} run has failed: ${asText(asRecord(body)['error']) ?? status}` };
  return { ok: ended !== 'failed', message: `The ${kind} run has ended: ${ended ?? 'done'}.` };
}

/** Has the deletions that a held run proposed made, through the admin API: so it stands in the record. */
export function approve(runId: string, place: ConsolePlace): Promise<ActionResult> {
  return admin(
    place,
    `/admin/sync-runs/${runId}/approve-deletions`,
    'Approved: each deletion is confirmed with Clerk once more.',
  );
}

async function admin(place: ConsolePlace, path: string, message: string): Promise<ActionResult> {
  const url = `${place.api}${path}`;
  const answer = await call({ part: 'The admin API', url, method: 'POST', key: place.adminApiKey, timeoutMs: 30_000 });
  return answer.status === 202 ? { ok: true, message } : { ok: false, message: refusal(answer) };
}

function refusal({ status, body }: Answer): string {
  const said = asText(asRecord(asRecord(body)['error'])['message']);
  return `The admin API answers ${status}${said === undefined ? '' : `: ${said}`}`;
}
