import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { InvocationResult } from '../../infra/local/invocation.ts';
import { FUNCTION_ARN, startHost } from '../support/durable/host.ts';
import type { DurableEvent, Host } from '../support/durable/host.ts';

const support = (file: string) => fileURLToPath(new URL(`../support/durable/${file}`, import.meta.url));

let host: Host;
let directory: string;
let bundle: string;
beforeAll(async () => {
  host = await startHost();
  directory = mkdtempSync(join(tmpdir(), 'durable-'));
  bundle = join(directory, 'index.mjs');
  await build({
    entryPoints: [support('bundled-function.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
    // The SDK has an import of that name itself.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
});
afterAll(async () => {
  await host.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Invokes the bundle in a new process that knows nothing of the local cloud but the endpoint of Lambda. */
function invokeInProcess(event: DurableEvent, logFile: string): Promise<InvocationResult> {
  const child = fork(support('function-process.ts'), [bundle], {
    env: {
      AWS_ENDPOINT_URL_LAMBDA: host.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      LOG_FILE: logFile,
    },
  });
  return new Promise((resolve) => {
    let result: InvocationResult | undefined;
    child.on('message', (message: 'ready' | InvocationResult) => {
      if (message === 'ready') child.send(event);
      else result = message;
    });
    child.on('exit', (_code, signal) => {
      const crash = { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with ${signal}` };
      resolve(result ?? { ok: false, error: crash });
    });
  });
}

describe('an unmodified bundle', () => {
  it('that is killed in the middle of a step resumes there: finished steps are not repeated', async () => {
    const logFile = join(directory, 'steps.log');
    const results: InvocationResult[] = [];
    const service = await host.start(async (_arn, event) => {
      const result = await invokeInProcess(event, logFile);
      results.push(result);
      return result;
    });

    const outcome = await service.start(FUNCTION_ARN, { users: 3 });

    expect(outcome).toEqual({ status: 'SUCCEEDED', result: { users: 3 } });
    expect(readFileSync(logFile, 'utf8').trim().split('\n')).toEqual(['read', 'write', 'write', 'count']);
    expect(results.filter((result) => !result.ok)).toHaveLength(1);
  });
});
