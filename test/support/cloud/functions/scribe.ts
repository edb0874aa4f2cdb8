/**
 * Driven by a stream: notes on its standard output which items it was handed. An item says itself how the function is to
 * fail at it: `fails` times (always, if below 0) it throws, `reports` times it reports the item in its answer, and it takes
 * `ms` over it.
 */
import { asList, asNumber, asRecord, asText } from '../../../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../../../infra/local/cloud/json.ts';

/** How often each change has been seen here. */
const seen = new Map<string, number>();

export const handler = async (event: unknown): Promise<unknown> => {
  const records = asList(asRecord(event)['Records']).map(asRecord);
  process.stdout.write(`handed ${JSON.stringify(records)}\n`);
  const failures: unknown[] = [];
  for (const record of records) {
    const { fails = 0, reports = 0, ms = 0 } = wishes(record);
    const times = (seen.get(asText(record['eventID']) ?? '') ?? 0) + 1;
    seen.set(asText(record['eventID']) ?? '', times);
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (fails < 0 || times <= fails) throw new Error('the ink has run out');
    if (reports < 0 || times <= reports) {
      failures.push({ itemIdentifier: asRecord(record['dynamodb'])['SequenceNumber'] });
    }
  }
  return { batchItemFailures: failures };
};

function wishes(record: JsonRecord): Record<string, number> {
  const image = Object.entries(asRecord(asRecord(record['dynamodb'])['NewImage']));
  return Object.fromEntries(image.map(([name, value]) => [name, asNumber(asRecord(value)['N']) ?? 0]));
}
