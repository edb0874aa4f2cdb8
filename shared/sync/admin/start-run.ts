import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { RunRequest, RunStarter } from '../../ports/run-starter.ts';
import { RunNotStarted } from '../../ports/run-starter.ts';
import type { Run, RunStore } from '../../ports/run-store.ts';
import { NOTHING_COUNTED } from '../../ports/run-store.ts';
import type { Clock } from '../../ports/time.ts';

export interface StartDependencies {
  readonly runs: Pick<RunStore, 'get' | 'save' | 'saveUnstarted' | 'list'>;
  readonly starter: RunStarter;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
}

export interface StartedRun {
  readonly runId: string;
  /** `not-started`: nobody has taken it on, and it is recorded as failed. */
  readonly status: 'requested' | 'not-started';
}

/**
 * Starts a run, which goes on by itself. It is recorded first, so that whoever is told its id finds it.
 * @throws StoreUnavailable when it cannot be recorded: then nothing is started
 */
export async function startRun(deps: StartDependencies, request: RunRequest): Promise<StartedRun> {
  const run = requestedRun(deps, request);
  await deps.runs.save(run);
  try {
    await deps.starter.start(run.id, request);
    return { runId: run.id, status: 'requested' };
  } catch (error) {
    if (!(error instanceof RunNotStarted)) throw error;
    deps.log.error('run not started', { runId: run.id, reason: error.message });
    await deps.runs.saveUnstarted({
      ...run,
      status: 'failed',
      endedAt: deps.clock.now(),
      failedBecause: error.message,
    });
    return { runId: run.id, status: 'not-started' };
  }
}

function requestedRun({ random, clock }: StartDependencies, request: RunRequest): Run {
  return {
    id: random.id(),
    status: 'requested',
    startedAt: clock.now(),
    endedAt: undefined,
    ...detailsOf(request),
    counts: NOTHING_COUNTED,
    drift: {},
    report: {},
    heldBecause: undefined,
    failedBecause: undefined,
  };
}

/** What the record says of a request: only what is not the usual. */
function detailsOf(request: RunRequest): Pick<Run, 'mode' | 'dryRun' | 'force' | 'since' | 'approves' | 'userId'> {
  switch (request.mode) {
    case 'approve':
      return { mode: request.mode, approves: request.run };
    case 'full':
      return { mode: request.mode, ...dryness(request), ...(request.force && { force: true }) };
    case 'incremental':
      return {
        mode: request.mode,
        ...dryness(request),
        ...(request.since !== undefined && { since: request.since }),
      };
    case 'user':
      return { mode: request.mode, ...dryness(request), userId: request.userId };
    default:
      return request satisfies never;
  }
}

function dryness({ dryRun }: { readonly dryRun: boolean }): { dryRun?: true } {
  return dryRun ? { dryRun } : {};
}
