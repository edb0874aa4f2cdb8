import type { Loss } from './losses.ts';
import type { Operator } from './ports.ts';

const FATES: Readonly<Record<Loss['how'], string>> = {
  deleted: 'is deleted, with all that is in it',
  left: 'stays in the account, but nothing uses it any more',
  replaced: 'is replaced by an empty one',
  overwritten: 'is overwritten: what has been put into it since it was made is gone',
  unprotected: 'stays, but is no longer protected from being deleted',
};

/** In words, a line each. */
export function describeLosses(losses: readonly Loss[]): string {
  return losses
    .map(({ logicalId, what, how, by }) => `  ${what} (${logicalId}) ${FATES[how]}${by ? ` (${by.join(', ')})` : ''}`)
    .join('\n');
}

/** @returns whether somebody who knows what goes has said so: by the stack's name, or by `--yes` */
export async function isConfirmed(name: string, operator: Operator, yes: boolean): Promise<boolean> {
  if (yes) return true;
  const answer = await operator.ask(`Type the name of the stack, ${name}, to go on: `);
  if (answer === undefined) {
    operator.say('Nobody can confirm that here: there is no terminal. Add --yes where it is meant, as in CI.');
    return false;
  }
  if (answer.trim() === name) return true;
  operator.say('That is not its name. Nothing was changed.');
  return false;
}
