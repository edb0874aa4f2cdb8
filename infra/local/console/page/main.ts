/** Puts the page together: what is pushed, what is asked for, and which user is looked at. */
import type { Overview, UserDetail } from '../contract.ts';
import { approve, showWebhooks, startActions } from './actions.ts';
import { showAlarms } from './alarms.ts';
import { showLost, showTroubles } from './banner.ts';
import { part } from './dom.ts';
import { showHeader, showLink } from './header.ts';
import { redraw, showPlots } from './plots.ts';
import { showRuns } from './runs.ts';
import { fetchUser, fetchUsers, listen } from './server.ts';
import { forgetStory, startStory, tell } from './story.ts';
import { startTheme } from './theme.ts';
import { mark, showUsers } from './user-list.ts';
import { showUser } from './user-view.ts';

const search = part(HTMLInputElement, 'search');
/** In the address, so that a page that is loaded again shows the same user. */
let selected = location.hash.slice(1);
let overview: Overview | undefined;
let user: UserDetail | undefined;

function choose(id: string): void {
  selected = id;
  history.replaceState(undefined, '', `#${id}`);
  mark(id);
  void refreshUser();
}

async function refreshUsers(): Promise<void> {
  const asked = search.value;
  const list = await fetchUsers(asked);
  if (list === undefined || asked !== search.value) return;
  showUsers(list, selected, choose);
  if (selected === '' && list.users[0] !== undefined) choose(list.users[0].id);
}

async function refreshUser(): Promise<void> {
  const asked = selected;
  const found = asked === '' ? undefined : await fetchUser(asked);
  if (asked !== selected) return;
  user = found;
  showUser(found);
}

function take(next: Overview): void {
  const hasChanged = overview?.revision !== next.revision;
  overview = next;
  showHeader(next);
  showTroubles(next.troubles);
  showRuns(next.runs, (run) => void approve(run));
  showWebhooks(next.webhooks);
  if (!hasChanged) return;
  void refreshUsers();
  void refreshUser();
}

startTheme(redraw);
startStory(choose);
startActions({ user: () => user, userCount: () => overview?.clerkUsers ?? 0, choose });
search.addEventListener('input', () => void refreshUsers());
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  search.focus();
});
new ResizeObserver(redraw).observe(part(HTMLElement, 'lag'));
showUser(undefined);
listen({
  onOpen: () => {
    showLink('live');
    forgetStory();
  },
  onLost: () => {
    showLink('lost');
    showLost();
    // Another process counts anew.
    overview = undefined;
  },
  on: { overview: take, story: tell, alarms: showAlarms, plots: showPlots },
});
