import type { Action, ActionResult, Overview, RunView, UserDetail } from '../contract.ts';
import { button, part } from './dom.ts';
import { askPerson, confirmed } from './dialogs.ts';
import { otherFaults, webhookMode } from './says.ts';
import { send } from './server.ts';

export interface ActionContext {
  readonly user: () => UserDetail | undefined;
  readonly userCount: () => number;
  /** Called with a user who has just been made. */
  readonly choose: (id: string) => void;
}

type Webhooks = Overview['webhooks'];

/** What is set, as it was heard last. */
let webhooks: Webhooks = { drop: 0, delayMs: 0, waiting: 0 };
/** How many choices are on their way. */
let choosing = 0;

/** Connects every button with what it does. */
export function startActions({ user, userCount, choose }: ActionContext): void {
  const withUser = (press: (user: UserDetail) => void) => (): void => {
    const chosen = user();
    if (chosen !== undefined) press(chosen);
  };
  button('sign-up', () => void signUp(userCount(), choose));
  button(
    'change',
    withUser((chosen) => void change(chosen)),
  );
  button(
    'ban',
    withUser(({ id: userId, banned }) => void perform({ action: banned ? 'unban' : 'ban', userId })),
  );
  button(
    'delete',
    withUser(({ id: userId }) => void perform({ action: 'delete', userId })),
  );
  button(
    'visit',
    withUser(({ id: userId }) => void perform({ action: 'visit', userId })),
  );
  button(
    'break-row',
    withUser(({ id: userId }) => void perform({ action: 'break-row', userId })),
  );
  button('deliver-waiting', () => void perform({ action: 'deliver-waiting' }));
  for (const kind of ['full', 'incremental', 'forced'] as const)
    button(`run-${kind}`, () => void perform({ action: 'run', kind }));
  for (const mode of ['deliver', 'delay', 'drop'] as const)
    webhookChoice(mode)?.addEventListener('change', () => void setWebhooks(mode));
}

/** Asks first: what is approved is deleted. */
export async function approve({ id: runId, suspects, why = '' }: RunView): Promise<void> {
  const title = `Delete ${suspects} users from the table?`;
  const isSure = await confirmed(
    title,
    `${why} Each is looked up in Clerk once more before it is deleted.`,
    `Approve ${suspects} deletions`,
  );
  if (isSure) await perform({ action: 'approve', runId });
}

/** Shows what is set, also where somebody else has set it. */
export function showWebhooks(heard: Webhooks): void {
  webhooks = heard;
  const { waiting } = heard;
  const mode = webhookMode(heard);
  // What was heard before somebody pressed must not press another one.
  if (choosing === 0) press(mode);
  const other = part(HTMLElement, 'webhooks-other');
  other.textContent = otherFaults(heard);
  other.hidden = mode !== undefined;
  const deliver = part(HTMLButtonElement, 'deliver-waiting');
  deliver.hidden = waiting === 0;
  deliver.textContent = `Deliver ${waiting} waiting`;
}

function press(mode: string | undefined): void {
  for (const choice of document.querySelectorAll<HTMLInputElement>('input[name=webhooks]'))
    choice.checked = choice.value === mode;
}

function webhookChoice(mode: string): HTMLInputElement | undefined {
  return document.querySelector<HTMLInputElement>(`input[name=webhooks][value=${mode}]`) ?? undefined;
}

async function setWebhooks(mode: 'deliver' | 'delay' | 'drop'): Promise<void> {
  choosing += 1;
  const { ok } = await perform({ action: 'webhooks', mode });
  choosing -= 1;
  // What was pressed is not what is.
  if (!ok) showWebhooks(webhooks);
}

async function signUp(count: number, choose: (id: string) => void): Promise<void> {
  const [firstName = '', lastName = ''] = SUGGESTIONS[count % SUGGESTIONS.length] ?? [];
  // Of all numbers that of this moment is the one that nobody has yet.
  const email = `${firstName.toLowerCase()}.${Date.now().toString(36)}@example.com`;
  const person = await askPerson('Sign up', { firstName, lastName, email });
  if (person === undefined) return;
  const { userId } = await perform({ action: 'sign-up', ...person });
  if (userId !== undefined) choose(userId);
}

/** For those who do not want to think of a name. */
const SUGGESTIONS = [
  ['Radia', 'Sample'],
  ['Frances', 'Sample'],
  ['Barbara', 'Sample'],
  ['Margaret', 'Sample'],
  ['Sophie', 'Sample'],
];

async function change({ id: userId, fields }: UserDetail): Promise<void> {
  const has = (name: string): string => {
    const value = fields.find(({ field }) => field === name)?.clerk;
    return typeof value === 'string' ? value : '';
  };
  const person = await askPerson('Change', { firstName: has('firstName'), lastName: has('lastName') });
  if (person !== undefined)
    await perform({ action: 'change', userId, firstName: person.firstName, lastName: person.lastName });
}

async function perform(action: Action): Promise<ActionResult> {
  const output = part(HTMLOutputElement, 'result');
  output.dataset['tone'] = 'quiet';
  output.textContent = '…';
  const result = await send(action);
  output.dataset['tone'] = result.ok ? 'good' : 'bad';
  output.textContent = result.message;
  return result;
}
