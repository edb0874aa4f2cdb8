import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../infra/local/http/server.ts';
import { processorTime } from '../../bench/load/processor-time.ts';
import { timeByPart } from '../../bench/load/profile.ts';
import { percentile, sendFor } from '../../bench/load/send.ts';

const frame = (url: string, functionName = 'work') => ({
  url,
  functionName,
  scriptId: '1',
  lineNumber: 1,
  columnNumber: 1,
});

describe('a profile of the local cloud', () => {
  const nodes = [
    { id: 1, callFrame: frame('', '(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('file:///x/infra/local/cloud/http-api/gateway.ts'), children: [3] },
    { id: 3, callFrame: frame('node:internal/http'), children: [4] },
    { id: 4, callFrame: frame('file:///x/infra/local/cloud/lambda/pool.ts') },
    { id: 5, callFrame: frame('node:net') },
    { id: 6, callFrame: frame('', '(idle)') },
  ];

  it('puts what Node does down to whom it does it for, and leaves idle time out', () => {
    const profile = {
      nodes,
      startTime: 0,
      endTime: 1,
      samples: [2, 3, 4, 5, 6],
      timeDeltas: [1_000, 2_000, 4_000, 8_000, 16_000],
    };
    expect(timeByPart(profile)).toEqual({ gateway: 3, 'process hop': 4, Node: 8 });
  });

  it('that saw nothing says nothing', () => {
    expect(timeByPart({ nodes, startTime: 0, endTime: 1 })).toEqual({});
  });
});

describe('who sends requests', () => {
  it('keeps so many under way, tells how long they took, and counts those that were not answered with 200', async () => {
    let underWay = 0;
    let most = 0;
    let served = 0;
    const server = createServer((_request, response) => {
      underWay += 1;
      served += 1;
      most = Math.max(most, underWay);
      const status = served % 2 === 0 ? 503 : 200;
      setTimeout(() => {
        underWay -= 1;
        response.writeHead(status).end();
      }, 5);
    });
    const listener = await listen(server);
    const step = await sendFor(60, 4, () => ({ method: 'GET', url: listener.url, headers: {} }));
    await listener.close();
    expect(most).toBe(4);
    expect(step.requests).toBe(served);
    expect(step.failed).toBe(Math.floor(served / 2));
    expect(step.p50).toBeGreaterThanOrEqual(4);
    expect(step.p99).toBeGreaterThanOrEqual(step.p50);
  });

  it('counts those whom nobody answers', async () => {
    const step = await sendFor(5, 1, () => ({ method: 'GET', url: 'http://127.0.0.1:9', headers: {} }));
    expect(step.requests).toBeGreaterThan(0);
    expect(step.failed).toBe(step.requests);
  });

  it.each([
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.99, 4],
    [[], 0.5, 0],
  ])('of %j the percentile at %d is %d', (sorted, share, expected) => {
    expect(percentile(sorted, share)).toBe(expected);
  });
});

describe('the processor time of a process that there is not', () => {
  it('is not known', () => {
    expect(processorTime(2 ** 30)).toBeUndefined();
  });
});
