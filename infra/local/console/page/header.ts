import type { Overview } from '../contract.ts';
import { part } from './dom.ts';
import { agreement, UNKNOWN } from './says.ts';

/** The first line: how many users each side has, and whether they agree. */
export function showHeader({ stack, clerkUsers, tableUsers, differing, troubles }: Overview): void {
  part(HTMLElement, 'stack').textContent = stack;
  part(HTMLElement, 'clerk-count').textContent = clerkUsers.toLocaleString('en');
  part(HTMLElement, 'table-count').textContent = tableUsers.toLocaleString('en');
  showAgreement(agreement(differing, troubles));
}

function showAgreement({ text, sign, tone }: ReturnType<typeof agreement>): void {
  const sync = part(HTMLElement, 'sync');
  // Said once, not with every look.
  if (sync.textContent !== text) sync.textContent = text;
  sync.dataset['tone'] = tone;
  document.title = `${sign} clerk-dynamodb-sync`;
}

export function showLink(state: 'live' | 'lost'): void {
  const link = part(HTMLElement, 'link');
  link.dataset['state'] = state;
  link.textContent = state === 'live' ? 'live' : 'not connected';
  if (state === 'lost') showAgreement(UNKNOWN);
}
