import type { ListedUser, UserList } from '../contract.ts';
import { el, keyed, part } from './dom.ts';
import { STANDINGS } from './standing.ts';

const list = part(HTMLUListElement, 'users');

/** The list of users, and moving in it by keyboard: arrows, Home, End. */
export function showUsers(
  { users, total }: UserList,
  selected: string | undefined,
  choose: (id: string) => void,
): void {
  keyed(
    list,
    users,
    ({ id }) => id,
    (user) => row(user, choose),
  );
  if (users.length === 0) list.replaceChildren(el('li', { class: 'empty' }, EMPTY));
  mark(selected);
  const more = part(HTMLElement, 'users-more');
  more.hidden = total <= users.length;
  more.textContent = `${users.length} of ${total}: search to see others.`;
}

const EMPTY = 'Nobody here. Sign somebody up, or search for somebody else.';

/** Marks the chosen user; only she, or the first one, is in the order of the Tab key. */
export function mark(selected: string | undefined): void {
  const buttons = [...list.querySelectorAll('button')];
  const current = buttons.find(({ dataset }) => dataset['id'] === selected);
  for (const button of buttons) {
    button.tabIndex = button === (current ?? buttons[0]) ? 0 : -1;
    if (button === current) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}

function row({ id, name, email, standing, differing }: ListedUser, choose: (id: string) => void): HTMLElement {
  const { short, tone } = STANDINGS[standing];
  const says =
    standing === 'differs' ? `≠ ${differing.length === 1 ? differing[0] : `${differing.length} fields`}` : short;
  const button = el(
    'button',
    { type: 'button', 'data-id': id },
    el('span', { class: 'name' }, name),
    el('span', { class: 'tag', 'data-tone': tone }, says),
    el('span', { class: 'muted small' }, email),
  );
  button.addEventListener('click', () => choose(id));
  return el('li', {}, button);
}

list.addEventListener('keydown', (event) => {
  const buttons = [...list.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  const next = to === undefined ? undefined : buttons[to];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.click();
});
