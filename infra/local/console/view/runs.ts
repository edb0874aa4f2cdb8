import { asNumber, asRecord, asText } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { RunView } from '../contract.ts';

const MOST_SHOWN = 6;

/** The latest runs, those whose deletions wait for an approval first, by the items that they keep of themselves. */
export function runsOf(items: ReadonlyMap<string, JsonRecord>): RunView[] {
  const runs = [...items].filter(([key]) => key.startsWith('run#')).map(([, item]) => item);
  const latest = runs.toSorted((a, b) => timeOf(b['startedAt']) - timeOf(a['startedAt']));
  const shown = latest.filter(({ mode }) => mode !== 'user');
  const isWaiting = (run: JsonRecord): boolean =>
    run['status'] === 'held' && !latest.some((other) => settles(other, run));
  // What waits for somebody stays, however many hourly runs come after it.
  const inOrder = [...shown.filter(isWaiting), ...shown.filter((run) => !isWaiting(run))];
  return inOrder.slice(0, MOST_SHOWN).map((run) => viewOf(run, isWaiting(run), items));
}

function viewOf(run: JsonRecord, canApprove: boolean, items: ReadonlyMap<string, JsonRecord>): RunView {
  const id = asText(run['id']) ?? '';
  const { approves } = run;
  const why = WHYS.map((name) => asText(run[name])).find((text) => text !== undefined);
  return {
    id,
    mode: asText(run['mode']) ?? '',
    status: asText(run['status']) ?? '',
    dryRun: run['dryRun'] === true,
    force: run['force'] === true,
    ...(typeof approves === 'string' && { approves }),
    startedAt: timeOf(run['startedAt']),
    ...(run['endedAt'] !== undefined && { endedAt: timeOf(run['endedAt']) }),
    ...countsOf(asRecord(run['counts'])),
    changedSoFar: run['endedAt'] === undefined ? changedBy(id, items) : 0,
    ...(why !== undefined && { why }),
    canApprove,
  };
}

const WHYS = ['heldBecause', 'failedBecause', 'skippedBecause', 'becauseFull'];

type Counted = 'clerkUsers' | 'storedUsers' | 'created' | 'updated' | 'deleted' | 'restored' | 'suspects';

function countsOf(counts: JsonRecord): Pick<RunView, Counted> {
  const of = (name: Counted): number => asNumber(counts[name]) ?? 0;
  return {
    clerkUsers: of('clerkUsers'),
    storedUsers: of('storedUsers'),
    created: of('created'),
    updated: of('updated'),
    deleted: of('deleted'),
    restored: of('restored'),
    suspects: of('suspects'),
  };
}

/** Whether another run has approved the deletions of a held one, or judged anew: the admin API says no for the same reasons. */
function settles(other: JsonRecord, held: JsonRecord): boolean {
  const isApproval = other['approves'] === held['id'] && other['status'] !== 'failed';
  const isNewer = other['mode'] === 'full' && other['dryRun'] !== true && other['id'] !== held['id'];
  return isApproval || (isNewer && hasJudged(other) && timeOf(other['startedAt']) >= timeOf(held['startedAt']));
}

/** A run at work has not yet, and one that failed before will not. */
function hasJudged({ status, counts, hasJudged: isTold }: JsonRecord): boolean {
  if (status === 'running' || status === 'requested') return false;
  return status !== 'failed' || isTold === true || (asNumber(asRecord(counts)['suspects']) ?? 0) > 0;
}

/** A run leaves its id on each user whom it changes. */
function changedBy(id: string, items: ReadonlyMap<string, JsonRecord>): number {
  return [...items.values()].filter(({ runChange }) => asText(runChange)?.includes(id)).length;
}

function timeOf(value: unknown): number {
  const time = Date.parse(asText(value) ?? '');
  return Number.isNaN(time) ? 0 : time;
}
