import type { RunRequest } from '../../shared/ports/run-starter.ts';

/** What a run is asked to do, and the id that whoever asks has given it: it has that one unless another run has had it. */
export type AskedRun = RunRequest & { readonly runId?: string };

const KNOWN =
  'send { "mode": "full" }, { "mode": "incremental" }, { "mode": "approve", "run": "<id of a held run>" } or ' +
  '{ "mode": "user", "userId": "user_…" }';

/** Times between September 2001 and November 2286: one in seconds would be taken for 1970, and everybody for changed. */
export const EARLIEST = 1_000_000_000_000;
const LATEST = 9_999_999_999_999;

/** With a time zone: without one it means another time on every machine. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads the event that a schedule, a function or a person sent.
 * @throws Error that says what the reconciler knows
 */
export function parseRunRequest(event: unknown): AskedRun {
  const members = membersOf(event);
  refuseUnknown(members);
  return { ...requestIn(members), ...runIdOf(members) };
}

const MEMBERS = ['mode', 'run', 'userId', 'dryRun', 'force', 'since', 'runId'];

/** A misspelt "dryRun" that is passed over would write. */
function refuseUnknown(members: ReadonlyMap<string, unknown>): void {
  if (!members.has('mode')) return;
  const unknown = [...members.keys()].find((name) => !MEMBERS.includes(name));
  if (unknown === undefined) return;
  const names = MEMBERS.join(', ');
  throw new Error(
    `The event has a member that the reconciler does not know: "${unknown.slice(0, 40)}". It knows ${names}.`,
  );
}

function requestIn(members: ReadonlyMap<string, unknown>): RunRequest {
  const mode = members.get('mode');
  if (mode === 'full') return { mode, dryRun: flagOf(members, 'dryRun'), force: flagOf(members, 'force') };
  if (mode === 'incremental') return { mode, dryRun: flagOf(members, 'dryRun'), ...sinceOf(members) };
  if (mode === 'approve') return approvalIn(members);
  if (mode === 'user') return { mode, userId: userIdOf(members), dryRun: flagOf(members, 'dryRun') };
  const given = typeof mode === 'string' ? `the mode "${mode.slice(0, 40)}"` : 'no mode';
  throw new Error(`The event has ${given}, which the reconciler does not know: ${KNOWN}.`);
}

/** An approval whose wish for a dry run is passed over would delete. */
function approvalIn(members: ReadonlyMap<string, unknown>): RunRequest {
  const run = heldRunOf(members);
  if (!flagOf(members, 'dryRun')) return { mode: 'approve', run };
  throw new Error(
    'The event approves deletions with "dryRun": there is no dry run of an approval. The held run says whom.',
  );
}

/** Anything but a boolean is refused: a dry run that is not taken for one would write. */
function flagOf(members: ReadonlyMap<string, unknown>, name: string): boolean {
  const flag = members.get(name) ?? false;
  if (typeof flag === 'boolean') return flag;
  throw new Error(`The event's "${name}" must be true or false: ${KNOWN}.`);
}

function sinceOf(members: ReadonlyMap<string, unknown>): { since?: number } {
  const given = members.get('since');
  if (given === undefined) return {};
  const since = readSince(given);
  if (since !== undefined) return { since };
  throw new Error(
    'The event\'s "since" must be a time, in milliseconds or as "2026-11-25T08:00:00Z", to look at what was changed from then ' +
      'on; without it the run begins where the last one has come to.',
  );
}

/** @returns ms; undefined for what is no time, or none that can be meant */
export function readSince(given: unknown): number | undefined {
  const since = typeof given === 'string' && ISO_TIME.test(given) ? Date.parse(given) : given;
  const isMeant = typeof since === 'number' && Number.isSafeInteger(since) && since >= EARLIEST && since <= LATEST;
  return isMeant ? since : undefined;
}

/** It stands in keys and in notes that are divided by blanks. */
export const RUN_ID = /^[\w-]{1,100}$/;

export const USER_ID = /^user_\w{1,100}$/;

function runIdOf(members: ReadonlyMap<string, unknown>): { runId?: string } {
  const runId = members.get('runId');
  if (runId === undefined) return {};
  if (typeof runId === 'string' && RUN_ID.test(runId)) return { runId };
  throw new Error(
    'The event\'s "runId" must have 1 to 100 letters, digits, _ and -; without it the run makes one itself.',
  );
}

function heldRunOf(members: ReadonlyMap<string, unknown>): string {
  const run = members.get('run');
  if (typeof run === 'string' && RUN_ID.test(run)) return run;
  throw new Error(`The event approves deletions and does not say of which run: ${KNOWN}.`);
}

function userIdOf(members: ReadonlyMap<string, unknown>): string {
  const userId = members.get('userId');
  if (typeof userId === 'string' && USER_ID.test(userId)) return userId;
  throw new Error(`The event does not say which user: ${KNOWN}.`);
}

function membersOf(event: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof event === 'object' && event !== null ? Object.entries(event) : []);
}
