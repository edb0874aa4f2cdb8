import type { Trouble } from '../contract.ts';
import { el, part } from './dom.ts';

/** Nothing answers: what to do about it. What is on the page stays, as what was known last. */
export function showLost(): void {
  show(
    el('strong', {}, 'The local cloud does not answer.'),
    ' What you see is how things stood last. Start it with ',
    el('code', {}, 'npm start'),
    '; this page connects again by itself.',
  );
  document.body.classList.add('lost');
}

/** Single parts do not answer. */
export function showTroubles(troubles: readonly Trouble[]): void {
  document.body.classList.remove('lost');
  if (troubles.length === 0) {
    part(HTMLElement, 'banner').hidden = true;
    return;
  }
  const said = troubles.map(({ part: name, problem }) => `${name} ${problem}.`).join(' ');
  show(el('strong', {}, said), ' What you see of it is how things stood last.');
}

function show(...children: readonly (Node | string)[]): void {
  const banner = part(HTMLElement, 'banner');
  const said = el('p', {}, ...children);
  // An alert is read out when it changes.
  if (!banner.hidden && banner.textContent === said.textContent) return;
  banner.replaceChildren(said);
  banner.hidden = false;
}
