import type { StoryLine } from '../contract.ts';
import { el, part } from './dom.ts';
import { timeOfDay, withReadableTimes } from './format.ts';
import { focusedButton, makeStop, startMoving } from './roving.ts';

const list = part(HTMLOListElement, 'story');

/** Older lines are in the log. */
const MOST_SHOWN = 300;

let choose: (userId: string) => void = () => undefined;

/** @param onChoose called with the user whom somebody wants to see */
export function startStory(onChoose: (userId: string) => void): void {
  choose = onChoose;
  startMoving(list, (button) => makeStop(list, button));
  forgetStory();
}

/** Whoever connects again is told everything anew. */
export function forgetStory(): void {
  list.replaceChildren(el('li', { class: 'empty' }, 'Nothing has happened yet. Sign somebody up, or fire a run.'));
}

/** Adds lines, the latest on top. */
export function tell(lines: readonly StoryLine[]): void {
  if (lines.length === 0) return;
  list.querySelector('.empty')?.remove();
  list.prepend(...lines.toReversed().map(item));
  while (list.children.length > MOST_SHOWN) list.lastElementChild?.remove();
  makeStop(list, focusedButton(list));
}

function item({ at, who, tone, what, why, userId, userName }: StoryLine): HTMLElement {
  const said = [
    el('span', { class: 'at' }, timeOfDay(at)),
    el('span', { class: 'by' }, who),
    el('span', { class: 'what' }, what),
    ...(why === undefined ? [] : [el('span', { class: 'why' }, withReadableTimes(why))]),
    ...(userId === undefined || userId === '' ? [] : [person(userId, userName)]),
  ];
  return el('li', { 'data-tone': tone }, ...said);
}

function person(userId: string, name: string = userId): HTMLElement {
  const button = el('button', { type: 'button', class: 'id', title: `Show ${userId}` }, name);
  button.addEventListener('click', () => choose(userId));
  return button;
}
