import type { FieldKind, FieldView, RowFacts, UserDetail } from '../contract.ts';
import { el, part } from './dom.ts';
import { bothTexts, fieldText, moment } from './format.ts';
import { STANDINGS } from './standing.ts';

interface Chosen {
  /** '' for nobody. */
  readonly id: string;
  /** Whether there was an answer. */
  readonly isKnown: boolean;
}

let shown = '';

/**
 * One user, Clerk's side and the table's beside each other.
 * @param user undefined where neither has her
 */
export function showUser(user: UserDetail | undefined, { id, isKnown }: Chosen): void {
  const text = JSON.stringify([user ?? null, id, isKnown]);
  if (text === shown) return;
  shown = text;
  const standing = part(HTMLElement, 'user-standing');
  standing.hidden = user === undefined;
  part(HTMLElement, 'user-actions').hidden = user === undefined;
  part(HTMLElement, 'user-name').textContent =
    user?.name ?? (id === '' ? 'No user chosen' : isKnown ? 'Nobody' : 'Not known');
  part(HTMLElement, 'user-id').textContent = id;
  const body = part(HTMLElement, 'user-body');
  if (user === undefined) {
    const why = id === '' ? CHOOSE : isKnown ? NOBODY : SILENT;
    return body.replaceChildren(el('p', { class: 'empty' }, why));
  }
  const { short, long, tone } = STANDINGS[user.standing];
  standing.textContent = short;
  standing.dataset['tone'] = tone;
  offer(user);
  body.replaceChildren(
    el('p', { class: 'long', 'data-tone': tone }, long),
    fieldTable(user),
    ...rowFacts(user.inTable),
  );
}

const CHOOSE = 'Choose somebody from the list.';
const NOBODY = 'Neither Clerk nor the table has her: not yet, or no more.';
const SILENT = 'The console does not answer: nothing is known of her.';

/** Only what can be done to her as she is. */
function offer({ inClerk, inTable, banned }: UserDetail): void {
  for (const id of ['change', 'ban', 'delete']) part(HTMLButtonElement, id).disabled = inClerk === undefined;
  part(HTMLButtonElement, 'ban').textContent = banned ? 'Unban' : 'Ban';
  part(HTMLButtonElement, 'break-row').disabled = inTable === undefined || inTable.deletedAt !== undefined;
}

function fieldTable({ fields, standing, inClerk, inTable }: UserDetail): HTMLElement {
  // A side that is not there at all differs as a whole: marking each field would say nothing more.
  const marks = standing === 'same' || standing === 'differs';
  const rows = fields.map((field) => fieldRow(field, marks && !field.same));
  const head = el('tr', {}, ...['Field', 'Clerk', 'Table'].map((title) => el('th', { scope: 'col' }, title)));
  const asOf = Math.max(inTable?.profileAsOf ?? 0, inTable?.recordAsOf ?? 0);
  const version = el(
    'tr',
    { class: 'version' },
    el('th', { scope: 'row' }, 'as of'),
    el('td', {}, inClerk ? moment(inClerk.updatedAt) : '—'),
    el('td', {}, asOf > 0 ? moment(asOf) : '—'),
  );
  return el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows, version));
}

function fieldRow({ field, kind, clerk, table, note }: FieldView, differs: boolean): HTMLElement {
  const label = differs ? [field, el('span', { class: 'sr' }, ' differs')] : [field];
  const [left, right] = differs ? bothTexts(kind, clerk, table) : [fieldText(kind, clerk), fieldText(kind, table)];
  return el(
    'tr',
    { class: differs ? 'differs' : undefined, 'data-field': field },
    el('th', { scope: 'row' }, ...label),
    cell(left, kind, { value: clerk, differs }),
    cell(right, kind, { value: table, differs, ...(note !== undefined && { note }) }),
  );
}

interface Shown {
  readonly value: unknown;
  readonly differs: boolean;
  readonly note?: string;
}

function cell(text: string, kind: FieldKind, { value, differs, note }: Shown): HTMLElement {
  const isNothing = value === undefined || value === null;
  const said = note === undefined ? [text] : [text, el('span', { class: 'note' }, note)];
  // An address may be cut where there is nothing to compare.
  const isCut = !differs && text.startsWith('https://');
  const look = isNothing ? 'muted' : kind === 'json' ? 'mono' : isCut ? 'cut' : undefined;
  return el('td', { class: look, title: isCut ? text : undefined }, ...said);
}

function rowFacts(facts: RowFacts | undefined): HTMLElement[] {
  if (facts === undefined) return [];
  const { revision, changedBy, updatedAt, deletedAt, erasedAt, conflicts } = facts;
  const said = [
    ['Row', `revision ${revision}, written by ${changedBy}, ${moment(Date.parse(updatedAt))}`],
    ...(deletedAt === undefined ? [] : [['Deleted', moment(Date.parse(deletedAt))]]),
    ...(erasedAt === undefined ? [] : [['Erased', moment(Date.parse(erasedAt))]]),
    ...(conflicts.length === 0 ? [] : [['Waits for', conflicts.join(', ')]]),
  ];
  return [
    el('dl', { class: 'facts' }, ...said.flatMap(([term = '', text = '']) => [el('dt', {}, term), el('dd', {}, text)])),
  ];
}
