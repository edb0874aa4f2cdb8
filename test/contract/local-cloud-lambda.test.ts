import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../infra/local/cloud/index.ts';
import { asList, asRecord } from '../../infra/local/cloud/json.ts';
import type { InvocationResult } from '../../infra/local/invocation.ts';
import { instanceOf, textMatching } from '../support/cloud/matchers.ts';
import { call, invoked, startOrchard } from '../support/cloud/orchard.ts';
import type { Orchard } from '../support/cloud/orchard.ts';

let orchard: Orchard;
const lines: LogEntry[] = [];

beforeAll(async () => {
  const environment = { GREETING: 'good day', NEVER_DECLARED: 'x' };
  orchard = await startOrchard({ environment, onLog: (entry) => lines.push(entry) });
});
afterAll(() => orchard.close());

function trouble(kind?: string): Promise<InvocationResult> {
  return orchard.cloud.invoke(orchard.cloud.physicalId('Trouble'), { kind });
}

function errorOf(result: InvocationResult): { errorType: string; errorMessage: string } {
  if (result.ok) throw new Error('The invocation succeeded.');
  return result.error;
}

function isRunning(pid: unknown): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

describe('the environment of a function', () => {
  it('is what the template declares and what Lambda sets, and nothing of this process', async () => {
    const { environment } = await invoked(orchard.cloud, 'Echo', {});
    const names = Object.keys(asRecord(environment)).filter((name) => !/^(AWS_|LAMBDA_|_)/.test(name));
    const ofTheShell = ['PWD', 'SHLVL', 'OLDPWD'];
    expect(names.filter((name) => !ofTheShell.includes(name)).toSorted()).toEqual(
      ['BELL', 'GREETING', 'LANG', 'LEDGER', 'PATH', 'SELF', 'TZ'].toSorted(),
    );
  });

  it('has the values of the template, replaced where asked, and local URLs', async () => {
    const { cloud } = orchard;
    const { environment } = await invoked(cloud, 'Echo', {});
    expect(environment).toMatchObject({
      GREETING: 'good day',
      LEDGER: cloud.physicalId('Ledger'),
      SELF: `${orchard.url}/`,
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: cloud.physicalId('Echo'),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_ENDPOINT_URL_DYNAMODB: textMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: cloud.servicesUrl,
      _HANDLER: 'index.handler',
    });
  });
});

describe('an invocation', () => {
  it('has a context as on Lambda, and runs in the folder of its code', async () => {
    const { cloud } = orchard;
    const { context, remaining, folder } = await invoked(cloud, 'EchoLive', {});
    expect(context).toMatchObject({
      functionName: cloud.physicalId('Echo'),
      functionVersion: '1',
      invokedFunctionArn: cloud.physicalId('EchoLive'),
      memoryLimitInMB: '256',
      logGroupName: `/aws/lambda/${cloud.physicalId('Echo')}`,
      awsRequestId: textMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Number(remaining)).toBeGreaterThan(3000);
    expect(Number(remaining)).toBeLessThanOrEqual(5000);
    expect(basename(String(folder))).toBe('asset.echo');
  });

  it('may name a function by name, ARN, version or alias', async () => {
    const { cloud } = orchard;
    const name = cloud.physicalId('Echo');
    for (const named of [name, `${name}:live`, `${name}:1`, cloud.physicalId('EchoV'), `${name}:$LATEST`]) {
      expect(await cloud.invoke(named, {})).toMatchObject({ ok: true });
    }
  });

  it.each(['nobody', 'nobody:1'])('of an unknown function (%s) is refused', async (name) => {
    expect(errorOf(await orchard.cloud.invoke(name, {})).errorType).toBe('ResourceNotFoundException');
  });

  it('of an unknown version or alias is refused', async () => {
    const name = orchard.cloud.physicalId('Echo');
    expect(errorOf(await orchard.cloud.invoke(`${name}:2`, {})).errorType).toBe('ResourceNotFoundException');
    expect(errorOf(await orchard.cloud.invoke(`${name}:dead`, {})).errorType).toBe('ResourceNotFoundException');
  });

  it('runs CommonJS from a plain .js file, whatever a package.json further up says', async () => {
    expect(await invoked(orchard.cloud, 'Plain', { a: 1 })).toEqual({ file: 'index.js', event: { a: 1 } });
  });

  it('of another runtime is refused with a reason', async () => {
    const { errorMessage } = errorOf(await orchard.cloud.invoke(orchard.cloud.physicalId('Elsewhere'), {}));
    expect(errorMessage).toMatch(/only Node\.js functions run locally/);
  });
});

describe('a process', () => {
  it('serves one invocation after the other', async () => {
    const first = await invoked(orchard.cloud, 'Mirror', { body: '{"a":1}' });
    expect(first).toEqual({ a: 1 });
    const one = await invoked(orchard.cloud, 'Single', {});
    const two = await invoked(orchard.cloud, 'Single', {});
    expect([two['pid'], two['served']]).toEqual([one['pid'], Number(one['served']) + 1]);
    expect(two['coldStartedAt']).toBe(one['coldStartedAt']);
  });

  it('never serves two at once: under load there are several, up to a bound, and none is lost', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => invoked(orchard.cloud, 'Echo', { sleepMs: 100 })),
    );
    const byProcess = Map.groupBy(answers, (answer) => answer['pid']);
    for (const served of byProcess.values()) {
      const times = served.toSorted((left, right) => Number(left['from']) - Number(right['from']));
      for (const [index, answer] of times.entries()) {
        expect(Number(times[index + 1]?.['from'] ?? Infinity)).toBeGreaterThanOrEqual(Number(answer['until']));
      }
    }
    expect(byProcess.size).toBeGreaterThan(1);
    expect(byProcess.size).toBeLessThanOrEqual(10);
  });

  it('is not started beyond the reserved concurrency: such an invocation is throttled', async () => {
    const name = orchard.cloud.physicalId('Single');
    const results = await Promise.all([1, 2, 3].map(() => orchard.cloud.invoke(name, { sleepMs: 50 })));
    const refused = results.filter((result) => !result.ok).map((result) => errorOf(result).errorType);
    expect(refused).toEqual(['TooManyRequestsException', 'TooManyRequestsException']);
    expect(await orchard.cloud.invoke(name, {})).toMatchObject({ ok: true });
  });
});

describe('an invocation that goes wrong', () => {
  it.each(['sleep', 'spin'])('by taking too long (%s) ends with its process after the timeout', async (kind) => {
    const before = asRecord(await invoked(orchard.cloud, 'Trouble', {}));
    const startedAt = performance.now();
    const error = errorOf(await trouble(kind));
    expect(error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: textMatching(/Task timed out after 1\.00 seconds/),
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(isRunning(before['pid'])).toBe(false);
    expect((await invoked(orchard.cloud, 'Trouble', {}))['pid']).not.toBe(before['pid']);
  });

  it('by ending its process answers an error, and the next one gets a new process', async () => {
    expect(errorOf(await trouble('exit'))).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: exit status 7',
    });
    expect(await trouble()).toMatchObject({ ok: true });
  });

  it('by throwing answers the error and keeps the process', async () => {
    const before = await invoked(orchard.cloud, 'Trouble', {});
    const error = errorOf(await trouble('throw'));
    expect(error).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'out of apples',
      stackTrace: instanceOf(Array),
    });
    expect((await invoked(orchard.cloud, 'Trouble', {}))['pid']).toBe(before['pid']);
  });

  it.each([
    ['stray', { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'nobody caught this' }],
    ['large', { errorType: 'Function.ResponseSizeTooLarge' }],
    ['unprintable', { errorType: 'TypeError' }],
  ])('by a %s answer is an error', async (kind, expected) => {
    expect(errorOf(await trouble(kind))).toMatchObject(expected);
    expect(await trouble()).toMatchObject({ ok: true });
  });

  it('because the module cannot be loaded answers the reason each time', async () => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = errorOf(await orchard.cloud.invoke(orchard.cloud.physicalId('Broken'), {}));
      expect(error).toMatchObject({ errorType: 'Error', errorMessage: 'cannot start: ORCHARD is not set' });
    }
  });
});

describe('log lines', () => {
  it('are there as soon as the answer is, with function and invocation', async () => {
    lines.length = 0;
    const { context, served } = await invoked(orchard.cloud, 'Echo', {});
    const functionName = orchard.cloud.physicalId('Echo');
    expect(lines).toContainEqual({
      functionName,
      requestId: asRecord(context)['awsRequestId'],
      at: instanceOf(Number),
      line: `served ${String(served)}`,
    });
    const latest = await call(`${orchard.url}/__local/logs?function=${functionName}&limit=1`);
    expect(JSON.parse(latest.text)).toMatchObject([{ functionName, line: `served ${String(served)}` }]);
  });

  it('are numbered, so that who has seen some can ask for those that came after', async () => {
    const numbers = async (query: string): Promise<unknown[]> =>
      asList(JSON.parse((await call(`${orchard.url}/__local/logs?limit=1000&${query}`)).text)).map(
        (entry) => asRecord(entry)['sequence'],
      );
    const before = await numbers('after=0');
    expect(before).toEqual(before.map((_, index) => index + 1));
    expect(await numbers(`after=${before.length}`)).toEqual([]);
    await invoked(orchard.cloud, 'Echo', {});
    const added = await numbers(`after=${before.length}`);
    expect(added[0]).toBe(before.length + 1);
    expect(await numbers('after=1')).toEqual([...before.slice(1), ...added]);
  });

  it('tell of errors and timeouts', async () => {
    await trouble('throw');
    await trouble('sleep');
    const text = lines.map((entry) => entry.line).join('\n');
    expect(text).toContain('out of apples');
    expect(text).toContain('Task timed out after 1.00 seconds');
  });
});

describe('an error that a handler throws', () => {
  const guard = async (key: string) => {
    lines.length = 0;
    const result = await orchard.cloud.invoke(orchard.cloud.physicalId('Guard'), { identitySource: [key] });
    return { error: errorOf(result), printed: lines.map(({ line }) => line) };
  };

  it('is noted by the runtime in the format of the function, as text', async () => {
    lines.length = 0;
    await trouble('throw');
    expect(lines.map(({ line }) => line)).toEqual([
      textMatching(
        /^\S+Z\t[0-9a-f-]{36}\tERROR\tInvoke Error \{"errorType":"RangeError","errorMessage":"out of apples",/,
      ),
    ]);
  });

  it('and as JSON', async () => {
    const { printed } = await guard('bug');
    expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        requestId: textMatching(/^[0-9a-f-]{36}$/),
        message: expect.objectContaining({ errorType: 'TypeError', errorMessage: 'a bug' }) as unknown,
      }),
    ]);
  });

  it('is noted through the console that the function has put there: it may keep silent', async () => {
    const { error, printed } = await guard('hushed');
    expect(error).toMatchObject({ errorType: 'Error', errorMessage: 'hushed' });
    expect(printed).toEqual([]);
  });
});

describe('a durable function', () => {
  it('runs as an execution: its wait is over when the clock has moved, and its steps ran once', async () => {
    const result = orchard.cloud.invoke(orchard.cloud.physicalId('LastingV'), { count: 4 });
    await expect.poll(() => moved(result), { timeout: 10_000, interval: 100 }).toBe(true);
    expect(await result).toEqual({ ok: true, payload: { total: 50 } });
  });

  it('that fails answers its error', async () => {
    const result = orchard.cloud.invoke(orchard.cloud.physicalId('LastingV'), { count: 4, fail: true });
    await expect.poll(() => moved(result), { timeout: 10_000, interval: 100 }).toBe(true);
    expect(errorOf(await result).errorMessage).toContain('no more apples');
  });

  it('is not invoked by an unqualified name', async () => {
    const error = errorOf(await orchard.cloud.invoke(orchard.cloud.physicalId('Lasting'), { count: 1 }));
    expect(error).toMatchObject({
      errorType: 'InvalidParameterValueException',
      errorMessage: textMatching(/unqualified/),
    });
  });
});

/** Moves the clock by the length of the wait. @returns Whether the result is there. */
async function moved(result: Promise<unknown>): Promise<boolean> {
  orchard.clock.advance(10_000);
  return Promise.race([result.then(() => true), sleep(20, false)]);
}
