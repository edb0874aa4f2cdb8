import type { Overview, RunView, Trouble, WebhookFaults } from '../contract.ts';
import { DELAY_MS } from '../contract.ts';
import { duration, users } from './format.ts';

interface Agreement {
  readonly text: string;
  /** In short, for the title. */
  readonly sign: string;
  readonly tone: 'good' | 'bad' | 'quiet';
}

/** Of what is not there to be asked nobody knows whether it still agrees. */
export const UNKNOWN: Agreement = { text: '? unknown', sign: '?', tone: 'quiet' };

/** Whether Clerk and the table agree. */
export function agreement(differing: Overview['differing'], troubles: readonly Trouble[]): Agreement {
  if (troubles.some(({ part }) => part === 'Clerk' || part === 'The table')) return UNKNOWN;
  if (differing === 0) return { text: '✓ in sync', sign: '✓', tone: 'good' };
  const differ = differing === 1 ? 'differs' : 'differ';
  return { text: `≠ ${users(differing)} ${differ}`, sign: `≠ ${differing}`, tone: 'bad' };
}

type Set = Pick<WebhookFaults, 'drop' | 'delayMs'>;

/** Which choice it is that is set; undefined where somebody has set something else. */
export function webhookMode({ drop, delayMs }: Set): 'deliver' | 'delay' | 'drop' | undefined {
  if (drop === 1) return 'drop';
  if (drop > 0) return undefined;
  if (delayMs === DELAY_MS) return 'delay';
  return delayMs === 0 ? 'deliver' : undefined;
}

/** What is set where none of the choices is it, in words. */
export function otherFaults({ drop, delayMs }: Set): string {
  if (webhookMode({ drop, delayMs }) !== undefined) return '';
  const said = [drop > 0 ? `${Math.round(drop * 100)} % lost` : '', delayMs > 0 ? `${duration(delayMs)} late` : ''];
  return said.filter(Boolean).join(', ');
}

type Counted = 'clerkUsers' | 'created' | 'updated' | 'deleted' | 'restored' | 'suspects' | 'changedSoFar';

/** What a run has done, or has done so far. */
export function runCounts(run: Pick<RunView, Counted | 'status'> & { readonly endedAt?: number | undefined }): string {
  if (run.endedAt === undefined) return `${run.clerkUsers} users in Clerk, ${run.changedSoFar} rows changed so far`;
  const { created, updated, deleted, restored, suspects } = run;
  const counted = Object.entries({ created, updated, deleted, restored }).filter(([, count]) => count > 0);
  const changes = counted.map(([name, count]) => `${count} ${name}`);
  // Who is new to the table is left for the next run, and who is in Clerk after all is kept.
  const left = suspects > deleted ? [`${suspects - deleted} suspects not deleted`] : [];
  const proposed = run.status === 'held' ? [`${suspects} deletions held`] : left;
  return [`${run.clerkUsers} users`, ...changes, ...proposed].join(' · ');
}
