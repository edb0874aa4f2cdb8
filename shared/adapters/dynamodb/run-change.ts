import type { RunChange } from '../../domain/user.ts';

const OUTCOMES = ['created', 'updated', 'deleted', 'restored'] as const satisfies RunChange['outcome'][];

/** One short text, since it stands on every user that a run has ever changed: `<run> <step> <outcome> <field>,<field>`. */
export function runChangeToText({ runId, step, outcome, changedFields }: RunChange): string {
  return [runId, step, outcome, changedFields.join(',')].join(' ');
}

/** @returns undefined for a text that this version cannot have written: it is a note, and decides nothing about the user */
export function parseRunChange(text: string): RunChange | undefined {
  const [runId, step, word, fields] = text.split(' ');
  const outcome = OUTCOMES.find((known) => known === word);
  if (runId === undefined || step === undefined || outcome === undefined || fields === undefined) return undefined;
  return { runId, step, outcome, changedFields: fields === '' ? [] : fields.split(',') };
}
