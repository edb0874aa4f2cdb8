import { Template } from 'aws-cdk-lib/assertions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STAGES } from '../../infra/constructs/stage.ts';
import type { ClerkSyncStack } from '../../infra/stacks/clerk-sync-stack.ts';
import { addSecondInstance, newStack } from './stack.ts';

/** The feature flag of cdk.json that makes findings errors. */
const FAIL_ON_FINDINGS = { '@aws-cdk/core:validateAgainstDefaultRules': true };

describe("AWS's recommendations", () => {
  it.each(STAGES)('are kept in %s, or the exception is explained', (stage) => {
    expect(findings(newStack({ stage, health: true, admin: true }))).toEqual([]);
    expect(findings(newStack({ stage, accessLog: true }))).toEqual([]);
  });

  it('are checked for real: a wildcard that nobody explained is found', () => {
    const stack = newStack();
    stack.sync.functions.whoami.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Scan'], resources: ['*'] }));
    expect(findings(stack)).toEqual(['AwsSolutions-IAM5[Resource::*]']);
  });

  it('are not waved through wholesale: an acknowledged wildcard of the reconciler covers no other', () => {
    const stack = newStack();
    stack.sync.functions.reconciler.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }),
    );
    expect(findings(stack)).toEqual(['AwsSolutions-IAM5[Resource::*]']);
  });
});

describe("CloudFormation's schemas", () => {
  beforeEach(() => vi.stubEnv('CDK_VALIDATION', 'true'));
  afterEach(() => vi.unstubAllEnvs());

  it('find nothing wrong in the template', () => {
    const stack = newStack({}, FAIL_ON_FINDINGS);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  it('are asked for real: two schedules of one name are found', () => {
    const stack = newStack({}, FAIL_ON_FINDINGS);
    addSecondInstance(stack, 'clerk-sync-test-Sync-');
    expect(() => Template.fromStack(stack)).toThrow(/Primary identifiers .* should have unique values/);
  });
});

function findings(stack: ClerkSyncStack): readonly string[] {
  return new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName);
}
