import type { Overview } from '../contract.ts';
import { part } from './dom.ts';
import { users } from './format.ts';

/** The first line: how many users each side has, and whether they agree. */
export function showHeader({ stack, clerkUsers, tableUsers, differing }: Overview): void {
  part(HTMLElement, 'stack').textContent = stack;
  part(HTMLElement, 'clerk-count').textContent = clerkUsers.toLocaleString('en');
  part(HTMLElement, 'table-count').textContent = tableUsers.toLocaleString('en');
  const sync = part(HTMLElement, 'sync');
  const text = differing === 0 ? '✓ in sync' : `≠ ${users(differing)} ${differing === 1 ? 'differs' : 'differ'}`;
  // Said once, not with every look.
  if (sync.textContent !== text) sync.textContent = text;
  sync.dataset['tone'] = differing === 0 ? 'good' : 'bad';
  document.title = `${differing === 0 ? '✓' : `≠ ${differing}`} clerk-dynamodb-sync`;
}

export function showLink(state: 'live' | 'lost'): void {
  const link = part(HTMLElement, 'link');
  link.dataset['state'] = state;
  link.textContent = state === 'live' ? 'live' : 'not connected';
}
