import type { Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import type { ClerkUserSyncProps } from '../../infra/constructs/clerk-user-sync-props.ts';
import { WILDCARDS } from '../../infra/constructs/wildcards.ts';
import type { Wildcard } from '../../infra/constructs/wildcards.ts';
import { guestWith, importedVpc } from './stack.ts';
import type { Guest, Resource, Statement } from './stack.ts';

/** Every setting that brings permissions with it. */
function everything(stack: Stack): Partial<ClerkUserSyncProps> {
  return {
    admin: true,
    health: true,
    optionalAuthorizer: true,
    returningUser: 'relink',
    roster: { enabled: true },
    tracing: true,
    vpc: { vpc: importedVpc(stack) },
  };
}

const KNOWN: readonly [string, Wildcard][] = Object.entries(WILDCARDS);

describe('wildcards in the statements of the template', () => {
  const all = [
    ...wildcardsOf(guestWith(everything)),
    ...wildcardsOf(guestWith((stack) => ({ secret: Secret.fromSecretNameV2(stack, 'Named', 'clerk') }))),
  ];

  it('are each explained in the one place for it', () => {
    const unexplained = all.filter((statement) => explanationsOf(statement).length !== 1);
    expect(unexplained).toEqual([]);
  });

  it('are there for every explanation: none is left of a statement that has gone', () => {
    const used = new Set(all.flatMap(explanationsOf));
    expect([...used].toSorted()).toEqual(Object.keys(WILDCARDS).toSorted());
  });

  it('are no actions, but in what refuses', () => {
    const wild = all.filter(
      ({ Effect, Action }) => Effect !== 'Deny' && [Action].flat().some((each) => each.includes('*')),
    );
    expect(wild).toEqual([]);
  });

  it("satisfy AWS's recommendations, whatever is asked for", () => {
    const { stack } = guestWith(everything);
    expect(new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });

  it.each(KNOWN)('%s is explained in a sentence', (_, { reason }) => {
    expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });

  it.each([
    { Effect: 'Allow', Action: ['dynamodb:ListStreams', 'dynamodb:Scan'], Resource: '*' },
    { Effect: 'Allow', Action: 'dynamodb:*', Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/users' },
    { Effect: 'Allow', Action: 'sqs:*', Resource: 'arn:aws:sqs:eu-west-1:111122223333:queue' },
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
  ])('are not explained by one that is alike: %j', (statement) => {
    expect(isWild(statement)).toBe(true);
    expect(explanationsOf(statement)).toEqual([]);
  });
});

function wildcardsOf({ resources }: Guest): readonly Statement[] {
  return resources().flatMap(statementsIn).filter(isWild);
}

/** Of policies on roles, of roles themselves, and of queues, topics, keys, buses and secrets. */
function statementsIn({ Type, Properties }: Resource): readonly Statement[] {
  const inline = (Properties['Policies'] as readonly { PolicyDocument: unknown }[] | undefined) ?? [];
  const documents = [
    ...['PolicyDocument', 'KeyPolicy', 'ResourcePolicy'].map((name) => Properties[name]),
    ...inline.map(({ PolicyDocument }) => PolicyDocument),
  ];
  const found = documents.flatMap(
    (document) => (document as { Statement?: readonly Statement[] } | undefined)?.Statement ?? [],
  );
  if (Type === 'AWS::IAM::Policy' && found.length === 0) throw new Error('A policy without statements: read it anew.');
  return found;
}

function isWild(statement: Statement): boolean {
  const { Action, Resource } = statement;
  if ('NotAction' in statement || 'NotResource' in statement) return true;
  return /[*?]/.test(JSON.stringify([Action, Resource]));
}

function explanationsOf({ Effect, Action, Resource }: Statement): readonly string[] {
  return KNOWN.filter(
    ([, { effect, actions, resource }]) =>
      effect === Effect &&
      JSON.stringify([Action].flat().toSorted()) === JSON.stringify(actions.toSorted()) &&
      patternIn(Resource) === resource,
  ).map(([name]) => name);
}

/** What of a resource is a pattern: the last text of an ARN that has been put together, or a `*` alone. */
function patternIn(resource: unknown): string {
  if (typeof resource === 'string') return /[*?]/.test(resource) ? resource : 'named';
  const parts = (resource as { 'Fn::Join'?: [string, readonly unknown[]] })['Fn::Join']?.[1] ?? [];
  const last = parts.at(-1);
  if (!/[*?]/.test(JSON.stringify(parts))) return 'named';
  return typeof last === 'string' ? last.replace(/^.*(?=-\?{6}$)/, '') : JSON.stringify(resource);
}
