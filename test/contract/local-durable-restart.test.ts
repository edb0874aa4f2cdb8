import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createLocalClock } from '../../infra/local/clock.ts';
import { callbackPath, eventually, executionPath, FUNCTION_ARN, HOUR_MS, startHost } from '../support/durable/host.ts';
import type { Host, Invoke } from '../support/durable/host.ts';
import { durableFunction } from '../support/durable/in-process.ts';

let host: Host;
let directory: string;
let stateFile: string;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'durable-'));
  stateFile = join(directory, 'state', 'durable.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const answersOk = async () => ({ ok: true as const, payload: { Status: 'SUCCEEDED', Result: '"ok"' } });

/** Two steps with an hour between them. */
function sleeper(ran: string[]) {
  return durableFunction(async (event, context: DurableContext) => {
    await context.step('before', async () => ran.push('before'));
    await context.wait('night', { hours: 1 });
    await context.step('after', async () => ran.push('after'));
    return event;
  });
}

async function described(arn: string): Promise<Record<string, unknown>> {
  const { body } = await host.get(executionPath(arn));
  return body;
}

/** Starts an execution and waits until it sleeps. */
async function startSleeping(worker: ReturnType<typeof sleeper>, path = stateFile): Promise<string> {
  const service = await host.start(worker.invoke, { stateFile: path, waitScale: 1 });
  service.start(FUNCTION_ARN, { asked: 'before' }).catch(() => undefined);
  await eventually(() => expect(readFileSync(path, 'utf8')).toContain('night'));
  return worker.events[0]!.DurableExecutionArn;
}

describe('an execution in flight', () => {
  it('is resumed when the service starts again, without repeating a finished step', async () => {
    const ran: string[] = [];
    const worker = sleeper(ran);
    const arn = await startSleeping(worker);

    await host.start(worker.invoke, { stateFile, waitScale: 1 });
    expect(await described(arn)).toMatchObject({ Status: 'RUNNING' });
    host.clock.advance(HOUR_MS);

    await eventually(async () => expect(await described(arn)).toMatchObject({ Status: 'SUCCEEDED' }));
    expect(JSON.parse(String((await described(arn))['Result']))).toEqual({ asked: 'before' });
    expect(ran).toEqual(['before', 'after']);
  });

  it('is resumed after a kill, when nobody closed anything and the last line is torn', async () => {
    const ran: string[] = [];
    const worker = sleeper(ran);
    const arn = await startSleeping(worker);
    const killed = join(directory, 'killed.jsonl');
    copyFileSync(stateFile, killed);
    appendFileSync(killed, '{"kind":"event","arn":"arn:aw');

    await host.start(worker.invoke, { stateFile: killed, waitScale: 1 });
    host.clock.advance(HOUR_MS);

    await eventually(async () => expect(await described(arn)).toMatchObject({ Status: 'SUCCEEDED' }));
    expect(ran).toEqual(['before', 'after']);
  });

  it('gives its caller an error when the service closes, not silence', async () => {
    const worker = sleeper([]);
    const service = await host.start(worker.invoke, { stateFile, waitScale: 1 });
    const outcome = service.start(FUNCTION_ARN, {}).catch((error: Error) => error.message);
    await eventually(() => expect(worker.events).toHaveLength(1));

    await service.close();

    expect(await outcome).toContain('is closing');
    await expect(service.start(FUNCTION_ARN, {})).rejects.toThrow('is closing');
  });

  it('still ends at its timeout when that has passed meanwhile', async () => {
    const worker = sleeper([]);
    const service = await host.start(worker.invoke, { stateFile, waitScale: 1 });
    service.start(FUNCTION_ARN, {}, { executionTimeoutSeconds: 60 }).catch(() => undefined);
    await eventually(() => expect(readFileSync(stateFile, 'utf8')).toContain('night'));

    await host.start(worker.invoke, { stateFile, clock: createLocalClock(2 * HOUR_MS), waitScale: 1 });

    const arn = worker.events[0]!.DurableExecutionArn;
    await eventually(async () => expect(await described(arn)).toMatchObject({ Status: 'TIMED_OUT' }));
    expect(worker.events).toHaveLength(1);
  });

  it('takes the answer to a callback that was asked for before the restart', async () => {
    const ids: string[] = [];
    const worker = durableFunction((_event, context) =>
      context.waitForCallback('approval', async (id) => void ids.push(id)),
    );
    const service = await host.start(worker.invoke, { stateFile });
    service.start(FUNCTION_ARN, {}).catch(() => undefined);
    await eventually(() => expect(readFileSync(stateFile, 'utf8')).toContain('"SUCCEED"'));

    await host.start(worker.invoke, { stateFile });
    await host.post(callbackPath(ids[0]!, 'succeed'), 'yes');

    const arn = worker.events[0]!.DurableExecutionArn;
    await eventually(async () => expect(await described(arn)).toMatchObject({ Status: 'SUCCEEDED' }));
    expect(ids).toHaveLength(1);
  });

  it('asks another function again that had not answered before the restart', async () => {
    const caller = durableFunction((_event, context) => context.invoke('ask', 'other', {}));
    let asked = 0;
    const invoke: Invoke = async (arn, event) => {
      if (arn !== 'other') return caller.invoke(arn, event);
      asked += 1;
      return asked === 1 ? new Promise(() => undefined) : { ok: true, payload: 'answer' };
    };
    const service = await host.start(invoke, { stateFile });
    service.start(FUNCTION_ARN, {}).catch(() => undefined);
    await eventually(() => expect(asked).toBe(1));

    await host.start(invoke, { stateFile });

    const arn = caller.events[0]!.DurableExecutionArn;
    await eventually(async () =>
      expect(await described(arn)).toMatchObject({ Status: 'SUCCEEDED', Result: '"answer"' }),
    );
    expect(asked).toBe(2);
  });

  it('is not resumed once it has ended', async () => {
    const service = await host.start(answersOk, { stateFile });
    await service.start(FUNCTION_ARN, {});
    let invocations = 0;

    await host.start(
      async () => {
        invocations += 1;
        return answersOk();
      },
      { stateFile },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(invocations).toBe(0);
    expect(readFileSync(stateFile, 'utf8')).toBe('');
  });

  it('is kept when another one ends', async () => {
    const ran: string[] = [];
    const worker = sleeper(ran);
    const arn = await startSleeping(worker);
    const quick = 'arn:aws:lambda:us-east-1:000000000000:function:quick:1';
    const service = await host.start((name, event) => (name === quick ? answersOk() : worker.invoke(name, event)), {
      stateFile,
      waitScale: 1,
    });
    await service.start(quick, {});

    await host.start(worker.invoke, { stateFile, waitScale: 1 });
    host.clock.advance(HOUR_MS);

    await eventually(async () => expect(await described(arn)).toMatchObject({ Status: 'SUCCEEDED' }));
    expect(ran).toEqual(['before', 'after']);
  });
});

describe('a state file', () => {
  it('that is not one of this service stops the start, with file, line and advice', async () => {
    const path = join(directory, 'other.jsonl');
    writeFileSync(path, '{"kind":"something else"}\n');

    await expect(host.start(answersOk, { stateFile: path })).rejects.toThrow(/Line 1 of .*other\.jsonl .*--fresh/);
    expect(readFileSync(path, 'utf8')).toBe('{"kind":"something else"}\n');
  });

  it('that leads nowhere stops the start, with file and advice', async () => {
    const path = join(directory, 'twisted.jsonl');
    const arn = `${FUNCTION_ARN}/durable-execution/a/b`;
    const began = {
      kind: 'began',
      beginning: { arn, functionArn: FUNCTION_ARN, name: 'a', input: '{}', startedAt: 0 },
    };
    const updates = [{ Id: 'never-started', Type: 'WAIT', Action: 'CANCEL' }];
    const impossible = { kind: 'event', arn, event: { kind: 'checkpoint', at: 1, updates } };
    writeFileSync(path, `${JSON.stringify(began)}\n${JSON.stringify(impossible)}\n`);

    await expect(host.start(answersOk, { stateFile: path })).rejects.toThrow(/twisted\.jsonl cannot be resumed/);
  });

  it('is not needed', async () => {
    const service = await host.start(answersOk);

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: 'ok' });
    expect(existsSync(stateFile)).toBe(false);
  });
});

describe('the name of an execution', () => {
  it('starts it once: whoever comes with the same name and payload joins', async () => {
    let invocations = 0;
    const service = await host.start(async () => {
      invocations += 1;
      return answersOk();
    });

    const together = await Promise.all([
      service.start(FUNCTION_ARN, { day: 1 }, { name: 'nightly-1' }),
      service.start(FUNCTION_ARN, { day: 1 }, { name: 'nightly-1' }),
    ]);
    const later = await service.start(FUNCTION_ARN, { day: 1 }, { name: 'nightly-1' });

    expect([...together, later].map((outcome) => outcome.status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(invocations).toBe(1);
  });

  it('cannot be used again with another payload', async () => {
    const service = await host.start(answersOk);
    await service.start(FUNCTION_ARN, { day: 1 }, { name: 'nightly-1' });

    await expect(service.start(FUNCTION_ARN, { day: 2 }, { name: 'nightly-1' })).rejects.toThrow('another payload');
  });

  it('may not contain what an ARN cannot', async () => {
    const service = await host.start(answersOk);

    await expect(service.start(FUNCTION_ARN, {}, { name: 'every night' })).rejects.toThrow('"every night"');
  });
});

describe('executions that have ended', () => {
  it('are remembered, the newest hundred of them', async () => {
    const arns: string[] = [];
    const service = await host.start(async (_arn, event) => {
      arns.push(event.DurableExecutionArn);
      return answersOk();
    });
    for (let count = 0; count < 101; count += 1) await service.start(FUNCTION_ARN, {});

    expect((await host.get(executionPath(arns[0]!))).status).toBe(404);
    expect(await described(arns[1]!)).toMatchObject({ Status: 'SUCCEEDED', Result: '"ok"' });
  });
});
