import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStack } from '../../../infra/local/local-stack.ts';
import type { Mismatch } from '../oracle.ts';
import { compareMirror, scan } from '../oracle.ts';
import type { HistorySize } from './history.ts';
import { makeHistory } from './history.ts';
import type { LoadReport } from './svix-load.ts';
import { deliverShuffled } from './svix-load.ts';

export interface LoadRun extends HistorySize {
  /** Svix's retries: 1 is its own schedule, 0.01 a hundred times faster. */
  readonly retryScale: number;
  /** For how long the table is down, from when a third of the messages have been sent; absent: not at all. */
  readonly downMs?: number;
}

/** What must hold at the end of a run. */
export interface Verdict {
  readonly events: number;
  readonly lost: number;
  readonly quarantined: readonly string[];
  /** Between Clerk and the table. */
  readonly mismatches: readonly Mismatch[];
  /** Answers other than 200, by status. */
  readonly failures: Readonly<Record<string, number>>;
}

const CONNECTIONS = 16;
const MOST_COPIES = 3;
const SEED = 5;

/** Has Clerk make a history, delivers it shuffled and several times over, prints the figures, and looks at both sides. */
export async function runLoad(stack: LocalStack, run: LoadRun): Promise<Verdict> {
  const messages = await makeHistory(stack, run);
  let outage: Promise<void> | undefined;
  const report = await deliverShuffled(messages, {
    url: `${stack.file.api}/webhooks/clerk`,
    secret: stack.file.webhookSecrets[0] ?? '',
    connections: CONNECTIONS,
    mostCopies: MOST_COPIES,
    retryScale: run.retryScale,
    seed: SEED,
    beforeAttempt: (made) => {
      if (run.downMs !== undefined && made >= run.events / 3) outage ??= takeTableAway(stack, run.downMs);
    },
  });
  await outage;
  print(run, report);
  const keys = (await scan(stack.file)).map((item) => String(item['pk']));
  return {
    events: messages.length,
    lost: report.lost,
    quarantined: keys.filter((key) => key.startsWith('quarantine#')),
    mismatches: (await compareMirror(stack.file)).mismatches,
    failures: report.failures,
  };
}

async function takeTableAway(stack: LocalStack, ms: number): Promise<void> {
  const setFaults = (faults: object) =>
    fetch(`${stack.file.api}/__local/store`, { method: 'PUT', body: JSON.stringify(faults) });
  await setFaults({ down: true });
  await sleep(ms);
  await setFaults({});
}

/** Past the reporter, which keeps quiet about tests that pass. */
function print({ events, users, downMs }: LoadRun, report: LoadReport): void {
  const { deliveries, attempts, seconds, lag, outcomes, failures } = report;
  const outage = downMs === undefined ? '' : `, table down for ${downMs / 1000} s`;
  process.stdout.write(
    `Webhook: ${events} events for ${users} users${outage}: ${deliveries} deliveries, ${attempts} attempts in ` +
      `${seconds.toFixed(1)} s (${Math.round(attempts / seconds)}/s); accepted ${lag.p50} ms (p50), ${lag.p99} ms (p99) ` +
      `after the first attempt; outcomes ${JSON.stringify(outcomes)}, failures ${JSON.stringify(failures)}\n`,
  );
}
