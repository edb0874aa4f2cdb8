import { describe, expect, it } from 'vitest';
import { auditOutcome } from '../../scripts/package/audit-outcome.ts';

const NONE = { info: 0, low: 2, moderate: 0, high: 0, critical: 0 };
const outcomeOf = (answer: unknown) =>
  auditOutcome('.', () => Promise.resolve(typeof answer === 'string' ? answer : JSON.stringify(answer)));

describe('the audit of the lock file', () => {
  it('is passed when no advisory counts: a low one does not', async () => {
    expect(await outcomeOf({ metadata: { vulnerabilities: NONE } })).toMatchObject({ exitCode: 0 });
  });

  it.each(['moderate', 'high', 'critical'])('fails for one that is %s, and says so', async (severity) => {
    const outcome = await outcomeOf({ metadata: { vulnerabilities: { ...NONE, [severity]: 1 } } });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.message).toContain(`1 ${severity}`);
  });

  it.each([404, 405, 501])('is not passed off as done where the registry has no audits: %d', async (statusCode) => {
    const outcome = await outcomeOf({ message: `${statusCode} Not here`, statusCode });
    expect(outcome).toMatchObject({
      exitCode: 0,
      message: expect.stringMatching(/^NOT AUDITED: .*Not here/) as string,
    });
  });

  it.each([
    ['500 Internal Server Error', 500],
    ['401 Unauthorized', 401],
    ['429 Too Many Requests', 429],
    ['network timeout at: https://registry.example.com', undefined],
  ])('fails where it could not ask: %s', async (message, statusCode) => {
    const outcome = await outcomeOf({ message, ...(statusCode !== undefined && { statusCode }) });
    expect(outcome).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) as string });
  });

  it.each(['', 'npm: command not found', {}])('fails for an answer that cannot be read: %j', async (answer) => {
    expect(await outcomeOf(answer)).toMatchObject({ exitCode: 2 });
  });
});
