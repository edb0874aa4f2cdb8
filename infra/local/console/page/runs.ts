import type { RunView } from '../contract.ts';
import { el, keyed, part } from './dom.ts';
import { duration, timeOfDay } from './format.ts';
import { runCounts } from './says.ts';

const list = part(HTMLUListElement, 'runs');

export function showRuns(runs: readonly RunView[], approve: (run: RunView) => void): void {
  keyed(
    list,
    runs,
    ({ id }) => id,
    (run) => runItem(run, approve),
  );
  if (runs.length === 0) list.replaceChildren(el('li', { class: 'empty' }, 'No run yet. Fire one, above.'));
}

function runItem(run: RunView, approve: (run: RunView) => void): HTMLElement {
  const { mode, status, startedAt, endedAt, why } = run;
  const kind = [mode === 'approve' ? 'approval' : mode, run.force ? 'forced' : '', run.dryRun ? 'dry' : ''].filter(
    Boolean,
  );
  const took = endedAt === undefined ? '' : ` · ${duration(endedAt - startedAt)}`;
  return el(
    'li',
    { 'data-tone': TONES[status] ?? 'warn' },
    el('span', { class: 'tag', 'data-tone': TONES[status] ?? 'warn' }, status),
    el('span', { class: 'what' }, kind.join(', '), el('span', { class: 'counts small' }, runCounts(run))),
    el('span', { class: 'muted small' }, `${timeOfDay(startedAt)}${took}`),
    ...(endedAt === undefined ? [el('progress', { 'aria-label': 'The run is at work' })] : []),
    ...(why === undefined ? [] : [el('span', { class: 'why' }, why)]),
    ...(run.canApprove ? [approval(run, approve)] : []),
  );
}

const TONES: Readonly<Record<string, string>> = {
  'in-sync': 'good',
  repaired: 'good',
  held: 'bad',
  failed: 'bad',
  running: 'quiet',
  requested: 'quiet',
};

function approval(run: RunView, approve: (run: RunView) => void): HTMLElement {
  const button = el('button', { type: 'button', class: 'danger' }, `Approve ${run.suspects} deletions`);
  button.addEventListener('click', () => approve(run));
  return button;
}
