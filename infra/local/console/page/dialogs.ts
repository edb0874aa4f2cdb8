import { part } from './dom.ts';

export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/**
 * Asks for a person's names, and for an address where one is suggested.
 * @returns undefined when it was cancelled
 */
export async function askPerson(
  title: string,
  { firstName, lastName, email }: Omit<Person, 'email'> & { email?: string },
): Promise<Person | undefined> {
  const dialog = part(HTMLDialogElement, 'person');
  part(HTMLElement, 'person-title').textContent = title;
  part(HTMLElement, 'person-ok').textContent = title;
  field('first-name').value = firstName;
  field('last-name').value = lastName;
  field('email').value = email ?? '';
  field('email').required = email !== undefined;
  part(HTMLElement, 'email-field').hidden = email === undefined;
  const answer = closed(dialog);
  // So that typing replaces what is suggested.
  field('first-name').select();
  if ((await answer) !== 'ok') return undefined;
  return { firstName: field('first-name').value, lastName: field('last-name').value, email: field('email').value };
}

export async function confirmed(title: string, text: string, doIt: string): Promise<boolean> {
  part(HTMLElement, 'confirm-title').textContent = title;
  part(HTMLElement, 'confirm-text').textContent = text;
  part(HTMLElement, 'confirm-ok').textContent = doIt;
  return (await closed(part(HTMLDialogElement, 'confirm'))) === 'ok';
}

/** The browser keeps the focus inside, and gives it back. @returns which button closed it; '' for the Escape key */
function closed(dialog: HTMLDialogElement): Promise<string> {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
  });
}

function field(id: string): HTMLInputElement {
  return part(HTMLInputElement, id);
}
