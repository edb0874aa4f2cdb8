/** Answers with what it was given and what it can see of its surroundings. */
import { asNumber, asRecord, asText } from '../../../../infra/local/cloud/json.ts';

interface Context {
  getRemainingTimeInMillis(): number;
}

// Top-level await is part of what is tested.
const coldStartedAt = await Promise.resolve(Date.now());
let served = 0;

export const handler = async (event: unknown, context: Context): Promise<unknown> => {
  const { metric, rawPath, httpMethod, queryStringParameters } = asRecord(event);
  const sleepMs = asNumber(asRecord(event)['sleepMs'] ?? asRecord(queryStringParameters)['sleepMs']) ?? 0;
  const from = performance.timeOrigin + performance.now();
  served += 1;
  process.stdout.write(`served ${served}\n`);
  if (metric !== undefined) process.stdout.write(`${JSON.stringify(metric)}\n`);
  await new Promise((resolve) => setTimeout(resolve, sleepMs));
  const answer = {
    event,
    pid: process.pid,
    served,
    coldStartedAt,
    from,
    until: performance.timeOrigin + performance.now(),
    environment: process.env,
    remaining: context.getRemainingTimeInMillis(),
    context: { ...context },
    folder: process.cwd(),
  };
  const overHttp = rawPath !== undefined || httpMethod !== undefined;
  return overHttp ? { statusCode: 200, body: JSON.stringify(answer) } : answer;
};

/** Answers with exactly what the request's body says, as an integration would. */
export const mirror = async (event: unknown): Promise<unknown> => {
  const answer: unknown = JSON.parse(asText(asRecord(event)['body']) ?? 'null');
  return answer;
};
