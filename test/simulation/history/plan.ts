import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import type { Storm } from '../world/storms.ts';
import { STORMS } from '../world/storms.ts';

/** What somebody does to the world. */
export const ACTS = [
  'create',
  'import',
  'rename',
  'change-email',
  'change-username',
  'change-metadata',
  'swap-emails',
  'twin-changes',
  'ban',
  'unban',
  'lock',
  'deprovision',
  'delete',
  'purge',
  'mistaken-deletion',
  'sign-in',
  'forged-sign-in',
  'read-me',
  'patch-me',
  'sync-me',
  'write-app',
  'hand-edit',
  'full-run',
  'dry-run',
  'incremental-run',
  'forced-run',
  'user-run',
  'approve',
  'interrupt-run',
  'stop-run',
  'erase',
  'restore',
  'sync-user',
  'register',
  'replay-quarantine',
  'look',
  'ask-health',
  'rotate-secret',
  'rotate-key',
  'resend',
  'forged-webhook',
  'foreign-webhook',
  'unreadable-webhook',
  'other-webhook',
  'storm',
  'bad-night',
] as const;

export type ActKind = (typeof ACTS)[number];

/** One act: what it needs to be drawn for is drawn from a stream of its number. */
export interface Act {
  readonly number: number;
  /** ms since the history's beginning. */
  readonly at: number;
  readonly kind: ActKind;
  readonly storm?: { readonly kind: Storm; readonly forMs: number; readonly rate: number };
}

/** How often an act is drawn, in shares; whoever is not named here has 1. */
const SHARES: Partial<Record<ActKind, number>> = {
  create: 6,
  rename: 8,
  'change-email': 5,
  'change-username': 3,
  'change-metadata': 3,
  'swap-emails': 2,
  'twin-changes': 3,
  ban: 4,
  unban: 3,
  delete: 5,
  'mistaken-deletion': 2,
  'sign-in': 24,
  'read-me': 3,
  'patch-me': 3,
  'sync-me': 2,
  'write-app': 6,
  'hand-edit': 2,
  'full-run': 4,
  'dry-run': 1,
  'incremental-run': 3,
  approve: 2,
  'interrupt-run': 3,
  erase: 2,
  restore: 2,
  register: 2,
  resend: 3,
  storm: 12,
  'bad-night': 3,
};

const DECK: readonly ActKind[] = ACTS.flatMap((kind) => Array.from({ length: SHARES[kind] ?? 1 }, () => kind));

/** Acts of a history: with what follows from them it has more than 200 events. */
const ACTS_OF_HISTORY = 160;

/** Everything that happens in a history, before any of it does. */
export function planHistory(seed: number): readonly Act[] {
  const draws = drawsOf(seed, 'plan');
  let at = 0;
  return Array.from({ length: ACTS_OF_HISTORY }, (_, number): Act => {
    at += gap(draws);
    const kind = draws.pick(DECK);
    return { number, at, kind, ...(kind === 'storm' && { storm: stormOf(draws) }) };
  });
}

/** Most acts come close to one another: that is where parties meet. */
function gap(draws: Draws): number {
  const kind = draws.next();
  if (kind < 0.55) return draws.between(0, 60);
  if (kind < 0.8) return draws.between(60, 5_000);
  if (kind < 0.95) return draws.between(5_000, 600_000);
  return draws.between(600_000, 5 * 3_600_000);
}

function stormOf(draws: Draws): NonNullable<Act['storm']> {
  const kind = draws.pick(STORMS);
  const forMs = draws.pick([300, 3_000, 60_000, 1_800_000]);
  const isTotal =
    kind === 'table-down' || kind === 'bus-down' || kind === 'endpoint-disabled' || kind === 'webhooks-dropped';
  return { kind, forMs, rate: isTotal ? 1 : draws.pick([0.05, 0.2, 0.6]) };
}
