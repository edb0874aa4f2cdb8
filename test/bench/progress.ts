import type { Measurement } from './measurement.ts';

/** Tells how far a run has come, and about how long it will still take: at most every few seconds. */
export interface Progress {
  /** A round is about to begin. */
  readonly round: (measurement: Measurement, round: number, rounds: number) => void;
}

export interface ProgressOptions {
  readonly measurements: readonly Measurement[];
  readonly rounds: number;
  /** ms. */
  readonly now: () => number;
  readonly say: (line: string) => void;
}

const PAUSE_MS = 5_000;

export function createProgress({ measurements, rounds, now, say }: ProgressOptions): Progress {
  const shares = measurements.map((measurement) => expectedSeconds(measurement, measurement.rounds(rounds)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const startedAt = now();
  let saidAt = -Infinity;
  return {
    round(measurement, round, of) {
      if (round > 0 && now() - saidAt < PAUSE_MS) return;
      saidAt = now();
      const before = shares.slice(0, measurements.indexOf(measurement)).reduce((sum, share) => sum + share, 0);
      const done = before + (round === 0 ? 0 : expectedSeconds(measurement, round));
      const left = secondsLeft(done, total, (saidAt - startedAt) / 1_000);
      say(`  ${measurement.name}: ${round === 0 ? 'starting' : `round ${round + 1} of ${of}`}, about ${left} s left`);
    },
  };
}

function expectedSeconds({ seconds }: Measurement, rounds: number): number {
  return seconds.start + seconds.round * rounds;
}

/** At first by what was expected, then more and more by how the machine keeps up with it. */
function secondsLeft(done: number, total: number, elapsed: number): number {
  const pace = done === 0 ? 1 : (elapsed / done) * (done / total) + (1 - done / total);
  return Math.ceil((total - done) * pace);
}
