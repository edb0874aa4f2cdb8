import type { Clock } from '../../shared/ports/time.ts';

/** How far a run has come, said on standard error. */
export interface Progress {
  /** Clerk's count of its users. */
  expected(users: number): void;
  /** A page of Clerk's list. @param last id of its last user: a page that is read again counts once */
  listed(last: string | undefined, users: number): void;
  /** Users whom an incremental run looks at: their pages overlap, and each counts once. */
  looked(userIds: readonly string[]): void;
  /** Clerk was asked about one user. */
  confirmed(): void;
  /** A line that stays. */
  say(text: string): void;
  /** Ends the line that moves. */
  end(): void;
}

export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Where nobody watches a line move, a line is said this often, ms. */
const QUIET_MS = 5_000;
const MOVING_MS = 200;
const BAR = 24;

export function createProgress(screen: Screen, clock: Clock): Progress {
  let startedAt = clock.now();
  const line = createLine(screen, clock);
  const pages = new Set<string>();
  const lookedAt = new Set<string>();
  let position = { expected: 0, listed: 0, looked: 0, confirmed: 0 };
  const move = (to: typeof position): void => {
    position = to;
    line.show(() => progressLine({ ...position, elapsedMs: clock.now() - startedAt }));
  };
  return {
    expected(users) {
      // What went by before the walk, waiting for another run perhaps, says nothing of how fast it is.
      if (position.listed === 0) startedAt = clock.now();
      position = { ...position, expected: users };
    },
    listed(last, users) {
      if (last === undefined || pages.has(last)) return;
      pages.add(last);
      move({ ...position, listed: position.listed + users });
    },
    looked(userIds) {
      for (const id of userIds) lookedAt.add(id);
      move({ ...position, looked: lookedAt.size });
    },
    confirmed: () => move({ ...position, confirmed: position.confirmed + 1 }),
    say(text) {
      line.end();
      screen.write(`${text}\n`);
    },
    end: () => line.end(),
  };
}

/** A line that moves on a terminal, and is said anew now and then elsewhere. */
export function createLine(screen: Screen, clock: Clock): { show(text: () => string): void; end(): void } {
  const isMoving = screen.isTTY === true;
  let saidAt = clock.now();
  let isOpen = false;
  return {
    show(text) {
      if (clock.now() - saidAt < (isMoving ? MOVING_MS : QUIET_MS)) return;
      saidAt = clock.now();
      screen.write(isMoving ? `\r${text()}\u001B[K` : `${text()}\n`);
      isOpen = isMoving;
    },
    end() {
      if (isOpen) screen.write('\n');
      isOpen = false;
    },
  };
}

interface Position {
  readonly expected: number;
  readonly listed: number;
  /** By an incremental run. */
  readonly looked: number;
  readonly confirmed: number;
  readonly elapsedMs: number;
}

/**
 * A bar, how many of how many, the rate and what is left at that rate. How far an incremental run has to go nobody knows, and a
 * run that only asks about single users lists none.
 */
export function progressLine({ expected, listed, looked, confirmed, elapsedMs }: Position): string {
  if (listed === 0 && looked > 0) return `${looked} users looked at who were changed lately or are banned`;
  if (listed === 0 && confirmed > 0) return `${confirmed} users asked about one by one`;
  const share = expected === 0 ? 0 : Math.min(1, listed / expected);
  const full = Math.round(share * BAR);
  const rate = elapsedMs === 0 ? 0 : (listed * 1_000) / elapsedMs;
  const left = rate === 0 ? '' : `, about ${duration(Math.max(0, expected - listed) / rate)} left`;
  const asked = confirmed === 0 ? '' : `, ${confirmed} asked about one by one`;
  return `${'█'.repeat(full)}${'·'.repeat(BAR - full)} ${listed} of ${expected} users, ${Math.round(rate)}/s${left}${asked}`;
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6_000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
