/** An authorizer for every way of answering. How often it was called is in what it adds. */
import { asRecord, asText, texts } from '../../../../infra/local/cloud/json.ts';

let calls = 0;

/** An error that this function wants nobody to read of: the runtime notes errors through the function's own console. */
const HUSHED = new Error('hushed');
const { console } = globalThis;
const report = console.error.bind(console);
console.error = (...data: unknown[]) => {
  if (data[0] !== HUSHED) report(...data);
};

export const simple = async (event: unknown): Promise<unknown> => {
  calls += 1;
  const [key] = texts(asRecord(event)['identitySource']);
  switch (key?.split('-')[0] ?? '') {
    case 'pear':
      return { isAuthorized: true, context: { calls, nested: { fruit: ['pear', 1] } } };
    case 'thief':
      return { isAuthorized: false };
    case 'odd':
      return { isAuthorized: `perhaps ${calls}` };
    case 'broad':
      return { isAuthorized: true, context: { calls, much: 'x'.repeat(8_200) } };
    case 'unsigned':
      throw new Error('Unauthorized');
    case 'hushed':
      throw HUSHED;
    case 'bug':
      throw new TypeError('a bug');
    default:
      return { isAuthorized: true, context: { calls, event } };
  }
};

/** Allows the route that was called, or the whole stage when the paper says so. */
export const policy = async (event: unknown): Promise<unknown> => {
  calls += 1;
  const arn = asText(asRecord(event)['routeArn']) ?? '';
  const [paper] = texts(asRecord(event)['identitySource']);
  const stage = `${arn.split('/').slice(0, 2).join('/')}/*`;
  const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: paper === 'stage' ? stage : arn };
  const deny = { Effect: 'Deny', Action: '*', Resource: [`${stage.slice(0, -1)}GET/paper/other`] };
  const Statement = paper === 'denied' ? [{ ...allow, Resource: stage }, deny] : [allow];
  return { principalId: 'someone', policyDocument: { Version: '2012-10-17', Statement }, context: { calls } };
};
