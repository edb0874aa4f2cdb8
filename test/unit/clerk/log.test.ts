import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { nameRequests } from '../../../functions/middleware/name-requests.ts';
import { createLog } from '../../../shared/adapters/cloudwatch/log.ts';
import { createLateLog } from '../../../shared/adapters/cloudwatch/late-log.ts';
import type { LateLog } from '../../../shared/adapters/cloudwatch/late-log.ts';
import type { CorrelatedLog } from '../../../shared/adapters/cloudwatch/log.ts';

/** Powertools writes by `console` levels of a console of its own, on standard output and standard error. */
async function written(use: (log: CorrelatedLog) => void, level?: 'info' | 'warn' | 'error') {
  return writtenBy(() => use(createLog({ service: 'authorizer', ...(level ? { level } : {}) })));
}

async function writtenBy(use: () => unknown) {
  const lines: Record<string, unknown>[] = [];
  const keep = (chunk: string | Uint8Array): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line) as Record<string, unknown>);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  try {
    await use();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return lines;
}

describe('the log', () => {
  it('writes one line of JSON a call, with its facts', async () => {
    const lines = await written((log) => {
      log.info('user synchronised', { userId: 'user_ada1', changedFields: ['email', 'firstName'], attempts: 2 });
      log.warn('slow');
      log.error('failed', { reason: 'store', missing: undefined });
    });
    expect(lines).toMatchObject([
      {
        level: 'INFO',
        service: 'authorizer',
        message: 'user synchronised',
        userId: 'user_ada1',
        changedFields: ['email', 'firstName'],
        attempts: 2,
      },
      { level: 'WARN', message: 'slow' },
      { level: 'ERROR', message: 'failed', reason: 'store' },
    ]);
    expect(lines[2]).not.toHaveProperty('missing');
  });

  it('says on every line which invocation it belongs to, until the next one begins', async () => {
    const lines = await written((log) => {
      log.correlate({ requestId: 'a', messageId: 'm' });
      log.info('one');
      log.info('two', { userId: 'user_ada1' });
      log.correlate({ requestId: 'b' });
      log.info('three');
    });
    expect(lines.map(({ requestId, messageId, userId }) => ({ requestId, messageId, userId }))).toEqual([
      { requestId: 'a', messageId: 'm', userId: undefined },
      { requestId: 'a', messageId: 'm', userId: 'user_ada1' },
      { requestId: 'b', messageId: undefined, userId: undefined },
    ]);
  });

  it('says on every line to which request it belongs, whatever else it belongs to', async () => {
    const lines = await written((log) => {
      log.beginRequest('a');
      log.correlate({ messageId: 'm' });
      log.info('one');
      log.correlate({});
      log.beginRequest('b');
      log.info('two', { userId: 'user_ada1' });
    });
    expect(lines.map(({ requestId, messageId, userId }) => ({ requestId, messageId, userId }))).toEqual([
      { requestId: 'a', messageId: 'm', userId: undefined },
      { requestId: 'b', messageId: undefined, userId: 'user_ada1' },
    ]);
  });

  it('leaves out what is below its level', async () => {
    const lines = await written((log) => {
      log.info('no');
      log.warn('yes');
    }, 'warn');
    expect(lines.map(({ message }) => message)).toEqual(['yes']);
  });

  it('keeps to one line whatever a fact holds', async () => {
    const lines = await written((log) => log.info('one', { text: 'a\nb"c\u2028' }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ text: 'a\nb"c\u2028' });
  });
});

describe('a log that is loaded with its first line', () => {
  const late = (use: (log: LateLog) => unknown) => writtenBy(() => use(createLateLog({ service: 'authorizer' })));

  it('writes the same lines in their order, each with the facts of its moment', async () => {
    const lines = await late(async (log) => {
      log.beginRequest('one');
      log.correlate({ messageId: 'm' });
      log.info('first');
      log.beginRequest('two');
      log.correlate({});
      log.error('second', { reason: 'store' });
      await log.written();
      log.beginRequest('three');
      log.warn('third');
    });
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'first', requestId: 'one', messageId: 'm', service: 'authorizer' },
      { level: 'ERROR', message: 'second', requestId: 'two', reason: 'store' },
      { level: 'WARN', message: 'third', requestId: 'three' },
    ]);
    expect(lines[1]).not.toHaveProperty('messageId');
  });

  it('has nothing to wait for without a line, nor once its lines are written', async () => {
    await late(async (log) => {
      log.beginRequest('one');
      log.correlate({ messageId: 'm' });
      expect(log.written()).toBeUndefined();
      log.info('first');
      await log.written();
      expect(log.written()).toBeUndefined();
      log.info('second');
      expect(log.written()).toBeUndefined();
    });
  });

  it('has written them before an invocation is answered, or fails', async () => {
    for (const fails of [false, true]) {
      const lines = await late(async (log) => {
        const handler = middy<unknown, void>({ timeoutEarlyInMillis: 0 })
          .use(nameRequests(log))
          .handler(() => {
            log.info('at work');
            if (fails) throw new Error('Expected here.');
          });
        await Promise.allSettled([handler({ requestContext: { requestId: 'one' } }, {} as Context)]);
      });
      expect(lines).toMatchObject([{ message: 'at work', requestId: 'one' }]);
    }
  });

  it('that cannot be loaded refuses nobody: its lines are written as they are, and the next one tries again', async () => {
    let loads = 0;
    const lines = await writtenBy(async () => {
      const log = createLateLog({ service: 'authorizer' }, () => {
        loads += 1;
        return loads === 1 ? Promise.reject(new Error('EMFILE')) : import('../../../shared/adapters/cloudwatch/log.ts');
      });
      const handler = middy<unknown, string>({ timeoutEarlyInMillis: 0 })
        .use(nameRequests(log))
        .handler(async () => {
          log.error('at work', { reason: 'store' });
          // The table is waited for: nobody waits for the log.
          await new Promise((resolve) => setTimeout(resolve, 5));
          return 'allowed';
        });
      for (const requestId of ['one', 'two']) {
        expect(await handler({ requestContext: { requestId } }, {} as Context)).toBe('allowed');
      }
    });
    expect(loads).toBe(2);
    expect(lines).toMatchObject([
      { level: 'ERROR', message: 'at work', requestId: 'one', reason: 'store', service: 'authorizer' },
      { level: 'ERROR', message: 'at work', requestId: 'two', reason: 'store', service: 'authorizer' },
    ]);
  });
});
