/**
 * What runs in a measured process in place of Lambda's runtime: loads the handler as Lambda does and serves jobs from its
 * parent. Invocations follow each other without the Runtime API between them, whose HTTP would be most of what is measured.
 * It imports nothing that a handler could profit from, and ends with its parent.
 */
import { readFileSync } from 'node:fs';
import { loadHandler } from '../../../infra/local/cloud/lambda/load-handler.ts';
import type { Handler } from '../../../infra/local/cloud/lambda/load-handler.ts';
import type { Job, JobReport, LoadFailure, Outcome, Usage } from './messages.ts';

const { env } = process;
const context = {
  awsRequestId: '00000000-0000-4000-8000-000000000000',
  functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
  invokedFunctionArn: `arn:aws:lambda:${env['AWS_REGION']}:000000000000:function:${env['AWS_LAMBDA_FUNCTION_NAME']}`,
  memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
  logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 5_000,
};

const loading = loadHandler(env['LAMBDA_TASK_ROOT'] ?? '', env['_HANDLER'] ?? '');
process.on('disconnect', () => process.exit());
process.on('message', (job: Job) => void serve(job).then(reply, (error: unknown) => reply({ failed: String(error) })));

async function serve({ events, times, ...expected }: Job): Promise<JobReport> {
  const handler = await loading;
  const startedAt = usage();
  let outcome: Outcome = { thrown: 'Nothing was invoked.' };
  let allowed = 0;
  let asExpected = 0;
  for (let time = 0; time < times; time += 1) {
    for (const event of events) {
      outcome = await invoke(handler, event);
      if (isAllowed(outcome)) allowed += 1;
      if (isExpected(outcome, expected)) asExpected += 1;
    }
  }
  const sinceStart = usage();
  const job = { cpu: sinceStart.cpu - startedAt.cpu, wall: sinceStart.wall - startedAt.wall };
  const invocations = events.length * times;
  return {
    invocations,
    allowed,
    asExpected,
    outcome,
    job,
    sinceStart,
    hasUndici: hasUndici(),
    peakMemory: peakMemory(),
  };
}

async function invoke(handler: Handler, event: unknown): Promise<Outcome> {
  try {
    return { answer: await handler(event, context) };
  } catch (error) {
    return { thrown: error instanceof Error ? error.message : String(error) };
  }
}

function isAllowed(outcome: Outcome): boolean {
  return 'answer' in outcome && (outcome.answer as { isAuthorized?: unknown }).isAuthorized === true;
}

function isExpected(outcome: Outcome, { expectedBody, expectedText }: Omit<Job, 'events' | 'times'>): boolean {
  if (!('answer' in outcome)) return false;
  const { statusCode, body } = outcome.answer as { statusCode?: unknown; body?: unknown };
  if (statusCode !== 200 || typeof body !== 'string') return false;
  return expectedText === undefined ? body === expectedBody : body.includes(expectedText);
}

/** By a list that Node keeps of its own modules, which it has but does not document. */
function hasUndici(): boolean {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  return moduleLoadList.some((name) => name.includes('undici'));
}

/** Since the process began. */
function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1_000, wall: performance.now() };
}

/** Linux lets a process inherit the peak of the one that has started it, except in this file. */
function peakMemory(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kibibytes) * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}

function reply(message: JobReport | LoadFailure): void {
  process.send?.(message);
}
