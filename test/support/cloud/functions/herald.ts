/** The target of a rule: notes on its standard output what it was handed, and fails where the event asks for it. */
import { asRecord } from '../../../../infra/local/cloud/json.ts';

export const handler = (event: unknown): Promise<void> => {
  process.stdout.write(`heard ${JSON.stringify(event)}\n`);
  if (asRecord(asRecord(event)['detail'])['fails'] === true) throw new Error('the horn is broken');
  return Promise.resolve();
};
