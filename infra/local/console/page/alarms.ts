import type { AlarmView } from '../contract.ts';
import { el, keyed, part } from './dom.ts';

const list = part(HTMLUListElement, 'alarms');

const STATES: Readonly<Record<string, { readonly sign: string; readonly says: string; readonly tone: string }>> = {
  OK: { sign: '✓', says: 'OK', tone: 'good' },
  ALARM: { sign: '!', says: 'rings', tone: 'bad' },
  INSUFFICIENT_DATA: { sign: '·', says: 'no data', tone: 'quiet' },
};

/** Every alarm of the template; each opens and says what it means for people. Those that ring come first. */
export function showAlarms(alarms: readonly AlarmView[]): void {
  const rings = ({ state }: AlarmView): number => (state === 'ALARM' ? 0 : 1);
  keyed(
    list,
    alarms.toSorted((a, b) => rings(a) - rings(b)),
    ({ name }) => name,
    alarmItem,
  );
  const ringing = alarms.filter(({ state }) => state === 'ALARM').length;
  part(HTMLElement, 'alarms-title').textContent =
    ringing === 0 ? 'Alarms: none rings' : `Alarms: ${ringing} of ${alarms.length} ring`;
}

function alarmItem({ name, description, state }: AlarmView, before: Element | undefined): HTMLElement {
  const { sign, says, tone } = STATES[state] ?? { sign: '?', says: state, tone: 'quiet' };
  const shortName = name.split('-').at(-1) ?? name;
  const summary = el(
    'summary',
    { 'data-tone': tone },
    el('b', { 'aria-hidden': 'true' }, sign),
    ` ${shortName} `,
    el('span', { class: 'sr' }, says),
  );
  const meaning = el('p', {}, el('b', {}, `${says}. `), description);
  // Whoever reads it goes on reading when its state changes.
  const isOpen = before?.querySelector('details')?.open;
  return el('li', {}, el('details', { name: 'alarm', open: isOpen }, summary, meaning));
}
