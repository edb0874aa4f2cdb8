import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ClerkSyncStack } from '../../infra/stacks/clerk-sync-stack.ts';
import { createApp } from '../../infra/stacks/create-app.ts';
import { lossesOf } from '../../scripts/deploy/losses.ts';
import { bundles, newDirectory } from './stack.ts';

const REQUIRED = { issuer: 'https://clerk.example.com', authorizedParties: 'https://app.example.com' };

describe('a stack whose table was deleted behind its back', () => {
  const TABLE = 'AWS::DynamoDB::GlobalTable';
  const resourcesWith = (context: Record<string, unknown>) =>
    (Template.fromStack(stackWith(context)).toJSON() as { Resources: Record<string, { Type: string }> }).Resources;
  const tablesIn = (resources: Record<string, { Type: string }>): readonly string[] =>
    Object.entries(resources).flatMap(([id, { Type }]) => (Type === TABLE ? [id] : []));

  it('gets one table of another logical id, like the first in all but that, and nothing refers to the first', () => {
    const [before, after] = [resourcesWith({}), resourcesWith({ tableSuffix: '2' })];
    const [[old = ''], [renewed = '', ...more]] = [tablesIn(before), tablesIn(after)];
    expect(more).toEqual([]);
    expect(renewed).not.toBe(old);
    expect(after[renewed]).toEqual(before[old]);
    expect(JSON.stringify(after)).not.toContain(old);
    expect(JSON.stringify(after).split(`"${renewed}"`)).toHaveLength(JSON.stringify(before).split(`"${old}"`).length);
  });

  it('is asked for as a loss of the table that CloudFormation still has in mind, and is not refused', () => {
    const losses = lossesOf({ Resources: resourcesWith({}) }, { Resources: resourcesWith({ tableSuffix: '2' }) });
    expect(losses).toMatchObject([{ what: 'the table of users', how: 'left' }]);
  });
});

function stackWith(context: Record<string, unknown>): ClerkSyncStack {
  const app = createApp({ outdir: newDirectory(), context: { ...REQUIRED, ...context } }, bundles);
  const stack = app.node.children.find((child) => child instanceof ClerkSyncStack);
  if (!stack) throw new Error('the app has no stack');
  return stack;
}
