import type { Name } from '../../domain/names.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';
import type { Resolution } from '../names/resolve-name.ts';
import { resolveName } from '../names/resolve-name.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import type { Problem } from './failure.ts';
import { problemOf } from './failure.ts';

export interface ConflictsChunk {
  /** Names that the next chunk passes over, since somebody goes on waiting for them; undefined when there is no next one. */
  readonly next: number | undefined;
  readonly advanced: boolean;
  /** Names that somebody goes on waiting for. */
  readonly waiting: number;
  /** Names that have moved, or for which nobody waits any more. */
  readonly resolved: number;
  readonly problem: Problem | undefined;
  /** ms. */
  readonly tookMs: number;
}

/**
 * Resolves every email and username that somebody waits for: what the change-stream function has missed, or could not settle
 * then. A dry run only counts them. May be repeated.
 *
 * @param passed names at the head of the list that earlier chunks could not settle
 */
export async function resolveConflicts(
  deps: ReconcileDependencies,
  passed: number,
  run: Pick<RunIdentity, 'dryRun'> = {},
): Promise<ConflictsChunk> {
  const startedAt = deps.clock.now();
  const isLate = (): boolean => deps.clock.now() - startedAt >= deps.limits.chunkMs;
  let position = 0;
  let waiting = passed;
  let resolved = 0;
  let hasEnded = true;
  let problem: Problem | undefined;
  try {
    for await (const name of deps.store.listConflicts()) {
      position += 1;
      if (position <= passed) continue;
      const resolution = run.dryRun ? 'waiting' : await resolve(deps, name);
      if (resolution === 'waiting') waiting += 1;
      if (resolution === 'resolved') resolved += 1;
      hasEnded = !isLate();
      if (!hasEnded) break;
    }
  } catch (error) {
    hasEnded = false;
    problem = problemOf(error);
  }
  const advanced = hasEnded || waiting > passed || resolved > 0;
  return {
    next: hasEnded ? undefined : waiting,
    advanced,
    waiting,
    resolved,
    problem,
    tookMs: deps.clock.now() - startedAt,
  };
}

/**
 * A name goes on being waited for while the item of somebody who has to do with it cannot be read, or while it cannot be
 * settled: it must not keep the names behind it from being.
 */
async function resolve(deps: ReconcileDependencies, name: Name): Promise<Resolution> {
  try {
    return await resolveName(deps, name);
  } catch (error) {
    if (!(error instanceof MalformedItem) && !(error instanceof StoreUnavailable)) throw error;
    const why = error instanceof MalformedItem ? { attribute: error.attribute } : { reason: error.message };
    deps.log.error('name not resolved', { kind: name.kind, ...why });
    return 'waiting';
  }
}
