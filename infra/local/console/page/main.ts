/** Puts the page together: what is pushed, what is asked for, and which user is looked at. */
import type { Overview, UserDetail, UserList } from '../contract.ts';
import { approve, showWebhooks, startActions } from './actions.ts';
import { showAlarms } from './alarms.ts';
import { showLost, showTroubles } from './banner.ts';
import { part } from './dom.ts';
import { showHeader, showLink } from './header.ts';
import { inOrder } from './in-order.ts';
import { redraw, showPlots } from './plots.ts';
import { showRuns } from './runs.ts';
import { fetchUser, fetchUsers, listen } from './server.ts';
import { forgetStory, startStory, tell } from './story.ts';
import { startTheme } from './theme.ts';
import { mark, showUsers } from './user-list.ts';
import { showUser } from './user-view.ts';

const search = part(HTMLInputElement, 'search');
/** In the address, so that a page that is loaded again shows the same user. */
let selected = addressed() ?? '';
let overview: Overview | undefined;
let user: UserDetail | undefined;

const listInOrder = inOrder<UserList | undefined>();
const userInOrder = inOrder<UserDetail | null | undefined>();

/** The user in the address; a link within the page is none. */
function addressed(): string | undefined {
  const id = decoded(location.hash.slice(1));
  return id === '' || document.querySelector(`#${CSS.escape(id)}`) !== null ? undefined : id;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function choose(id: string): void {
  selected = id;
  keepAddress();
  mark(id);
  void refreshUser();
}

function keepAddress(): void {
  history.replaceState(undefined, '', `#${encodeURIComponent(selected)}`);
}

async function refreshUsers(): Promise<void> {
  const asked = search.value;
  const list = (await listInOrder(() => fetchUsers(asked)))?.answer;
  if (list === undefined || asked !== search.value) return;
  showUsers(list, selected, choose);
  if (selected === '' && list.users[0] !== undefined) choose(list.users[0].id);
}

async function refreshUser(): Promise<void> {
  const asked = selected;
  const found = await userInOrder(async () => (asked === '' ? null : fetchUser(asked)));
  if (found === undefined || asked !== selected) return;
  const { answer } = found;
  // What was known of her last stays, as everything does.
  if (answer === undefined && user?.id === asked) return;
  user = answer ?? undefined;
  showUser(user, { id: asked, isKnown: answer !== undefined });
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

function isTypedInto(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type !== 'radio';
}

startTheme(redraw);
startStory(choose);
startActions({ user: () => user, userCount: () => overview?.clerkUsers ?? 0, choose });
search.addEventListener('input', () => void refreshUsers());
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || isTypedInto(event.target)) return;
  event.preventDefault();
  search.focus();
});
addEventListener('hashchange', () => {
  const id = addressed();
  if (id === undefined) keepAddress();
  else choose(id);
});
new ResizeObserver(redraw).observe(part(HTMLElement, 'lag'));
showUser(undefined, { id: '', isKnown: true });
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
