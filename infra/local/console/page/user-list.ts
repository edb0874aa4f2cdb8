import type { ListedUser, UserList } from '../contract.ts';
import { el, keyed, part } from './dom.ts';
import { makeStop, startMoving } from './roving.ts';
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

/** Marks the chosen user. */
export function mark(selected: string | undefined): void {
  const buttons = [...list.querySelectorAll('button')];
  const current = buttons.find(({ dataset }) => dataset['id'] === selected);
  makeStop(list, current);
  for (const button of buttons) {
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

startMoving(list, (button) => button.click());
