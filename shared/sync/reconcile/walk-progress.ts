import type { RunIdentity } from './dependencies.ts';
import type { InsideMoment, Moment } from './moment.ts';

/** A stretch of creation time, and where the walk stands in it. What Clerk created in it before `from` is compared and repaired. */
export interface WindowPosition {
  /** ms. */
  readonly from: number;
  /** Where it ends, ms, exclusive; absent where it ends with both lists. */
  readonly until?: number;
  /** Where the walk stands among the users created at `from`, when they are very many. */
  readonly inside?: InsideMoment;
  /** How often the users created at `from` had to be begun anew. */
  readonly restarts?: number;
  /** Users listed since the last mark. */
  readonly sinceMark?: number;
}

/** Where the walk stands. */
export interface WalkPosition {
  /** Those that are not finished, in their order. */
  readonly windows: readonly WindowPosition[];
  /** Number of the next piece of suspects. */
  readonly piece: number;
  /** A creation time is marked every so many listed users. */
  readonly markEvery: number;
}

/** Users compared, each counted once over all chunks. */
export interface Walked {
  /** Users in Clerk's list. */
  readonly listed: number;
  /** Those of them that Clerk created after the run began. */
  readonly listedSinceStart: number;
  /** Those of them who are live in the table now. */
  readonly live: number;
}

export const NOTHING_WALKED: Walked = { listed: 0, listedSinceStart: 0, live: 0 };

export function addWalked(a: Walked, b: Walked): Walked {
  return {
    listed: a.listed + b.listed,
    listedSinceStart: a.listedSinceStart + b.listedSinceStart,
    live: a.live + b.live,
  };
}

/** What the users of finished creation times have told, over whole moments only. */
export interface Findings {
  readonly walked: Walked;
  /** Creation times that divide Clerk's list into parts of about one size, ms. */
  readonly marks: readonly number[];
  /** Creation times of very many users, of whom the table may have more than Clerk, ms. */
  readonly doubtful: readonly number[];
}

export const NO_FINDINGS: Findings = { walked: NOTHING_WALKED, marks: [], doubtful: [] };

export function addFindings(a: Findings, b: Findings): Findings {
  return {
    walked: addWalked(a.walked, b.walked),
    marks: [...a.marks, ...b.marks],
    doubtful: [...a.doubtful, ...b.doubtful],
  };
}

/** What a chunk has of a window behind it. */
export interface WindowReached extends Findings {
  /** Where the next chunk goes on; undefined when the window is finished. */
  readonly next: WindowPosition | undefined;
  /** Whether the next chunk begins further on than this one did. */
  readonly advanced: boolean;
}

/** Where a comparison has come to. */
export type Reached = Pick<WindowPosition, 'from' | 'inside'>;

/** Counts whole moments only: one that is cut off is walked again by the next chunk, or from where its state says. */
export interface WindowProgress {
  /** These moments are finished, of which these are doubtful (ms); the walk goes on at `next`, or where it was. */
  passed(moments: readonly Moment[], doubtful: readonly number[], next: Reached | undefined): void;
  /** Both lists have ended, or the window has. */
  ended(): void;
  /**
   * The moment that is being walked has to be begun anew.
   * @returns how often that was by now
   */
  restart(): number;
  /** Whether a next chunk that begins now would begin further on than this one. */
  hasAdvanced(): boolean;
  reached(): WindowReached;
}

export function createWindowProgress(start: WindowPosition, run: RunIdentity, markEvery: number): WindowProgress {
  let findings = NO_FINDINGS;
  let position = start;
  let hasEnded = false;
  const hasAdvanced = (): boolean =>
    position.from > start.from || (position.inside !== undefined && position.inside.cursor !== start.inside?.cursor);
  return {
    passed(moments, doubtful, next) {
      const { marks, sinceMark } = markedIn(moments, position.sinceMark ?? 0, markEvery);
      const walked = moments.map((moment) => walkedOf(moment, run)).reduce(addWalked, NOTHING_WALKED);
      findings = addFindings(findings, { walked, marks, doubtful });
      position = { ...windowFrom(position, next ?? position), ...(sinceMark > 0 && { sinceMark }) };
    },
    ended() {
      hasEnded = true;
    },
    restart() {
      const { inside: _, restarts = 0, ...rest } = position;
      position = { ...rest, restarts: restarts + 1 };
      return restarts + 1;
    },
    hasAdvanced,
    reached: () => ({ ...findings, next: hasEnded ? undefined : position, advanced: hasEnded || hasAdvanced() }),
  };
}

function windowFrom({ from: before, until, restarts }: WindowPosition, { from, inside }: Reached): WindowPosition {
  return {
    from,
    ...(until !== undefined && { until }),
    ...(inside && { inside }),
    ...(restarts !== undefined && from === before && { restarts }),
  };
}

/** A mark stands at the moment with which a part is full: users of one creation time are never divided. */
function markedIn(
  moments: readonly Moment[],
  before: number,
  markEvery: number,
): { readonly marks: readonly number[]; readonly sinceMark: number } {
  const marks: number[] = [];
  let sinceMark = before;
  for (const { time, listed } of moments) {
    sinceMark += listed;
    if (sinceMark < markEvery) continue;
    marks.push(time);
    sinceMark = 0;
  }
  return { marks, sinceMark };
}

function walkedOf({ time, listed, live }: Moment, run: RunIdentity): Walked {
  return { listed, listedSinceStart: time > run.startedAt ? listed : 0, live };
}
