/** What can go wrong in a function. */
import { asRecord } from '../../../../infra/local/cloud/json.ts';

const forever = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60_000));

export const handler = async (event: unknown): Promise<unknown> => {
  switch (asRecord(asRecord(event)['queryStringParameters'])['kind'] ?? asRecord(event)['kind']) {
    case 'sleep':
      return forever();
    case 'spin':
      for (;;);
    case 'exit':
      return process.exit(7);
    case 'throw':
      throw new RangeError('out of apples');
    case 'stray':
      void Promise.reject(new Error('nobody caught this'));
      return forever();
    case 'large':
      return { text: 'x'.repeat(7 * 1024 * 1024) };
    case 'unprintable':
      return { amount: 1n };
    default:
      return { pid: process.pid };
  }
};
