import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Template } from 'aws-cdk-lib/assertions';
import { FUNCTION_NAMES, OPTIONAL_FUNCTION_NAMES, prebuiltBundles } from '../../infra/constructs/bundles.ts';
import type { BundleName } from '../../infra/constructs/bundles.ts';
import type { ClerkUserSyncProps } from '../../infra/constructs/clerk-user-sync-props.ts';
import { ClerkUserSync } from '../../infra/constructs/clerk-user-sync.ts';
import { ClerkSyncStack } from '../../infra/stacks/clerk-sync-stack.ts';

/** A resource of a synthesised template, as the tests read it. */
export interface Resource {
  readonly logicalId: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

const REQUIRED_PROPS: Pick<ClerkUserSyncProps, 'issuer' | 'authorizedParties'> = {
  issuer: 'https://clerk.example.com',
  authorizedParties: ['https://app.example.com', 'http://localhost:5173'],
};

// Comparing each template with CloudFormation's schemas takes seconds; one test of checks.test.ts does it for all.
process.env['CDK_VALIDATION'] = 'false';

/** Everything that these tests write, removed when the process ends. */
const scratch = mkdtempSync(join(tmpdir(), 'infra-test-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** @returns a new, empty directory */
export function newDirectory(): string {
  return mkdtempSync(join(scratch, 'directory-'));
}

/** Stands in for the functions' code where it is not at issue: a bundle per function. */
function standInBundles(): string {
  const directory = newDirectory();
  for (const name of [...FUNCTION_NAMES, ...OPTIONAL_FUNCTION_NAMES]) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  }
  return directory;
}

export const bundles = prebuiltBundles(standInBundles());

/** @param context of the app, such as feature flags of the CDK */
export function newStack(
  props: Partial<ClerkUserSyncProps> = {},
  context: Readonly<Record<string, unknown>> = {},
): ClerkSyncStack {
  const app = new App({ outdir: newDirectory(), context });
  return new ClerkSyncStack(app, 'clerk-sync-test', { ...REQUIRED_PROPS, bundles, ...props });
}

/** Every resource of the stack that the props make. */
export function resourcesOf(props: Partial<ClerkUserSyncProps> = {}): readonly Resource[] {
  return readResources(newStack(props));
}

export function readResources(stack: Stack): readonly Resource[] {
  const { Resources } = Template.fromStack(stack).toJSON() as {
    Resources: Record<string, Omit<Resource, 'logicalId' | 'Properties'> & Partial<Pick<Resource, 'Properties'>>>;
  };
  return Object.entries(Resources).map(([logicalId, resource]) => ({ logicalId, Properties: {}, ...resource }));
}

export function ofType(resources: readonly Resource[], type: string): readonly Resource[] {
  return resources.filter((resource) => resource.Type === type);
}

/** The one resource of a type. */
export function only(resources: readonly Resource[], type: string): Resource {
  const found = ofType(resources, type);
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, expected one`);
  return found[0]!;
}

/** The functions, and the variants of the authorizer, which have its code. */
export type LambdaName = BundleName | 'verifyOnly' | 'optionalAuth';

/** Before a function's name in its logical id: one that every mirror has, and one that is there when it is asked for. */
const LOGICAL_IDS = ['syncfunctions', 'sync'];

/** The Lambda function of a name: its logical id carries the name. */
export function functionOf(resources: readonly Resource[], name: LambdaName): Resource {
  const found = ofType(resources, 'AWS::Lambda::Function').filter(({ logicalId }) =>
    LOGICAL_IDS.some((start) => logicalId.toLowerCase().startsWith(`${start}${name.toLowerCase()}`)),
  );
  if (found.length !== 1) throw new Error(`${found.length} functions are called ${name}, expected one`);
  return found[0]!;
}

/** The alias through which a function is called. */
export function aliasOf(resources: readonly Resource[], name: LambdaName): Resource {
  const { logicalId } = functionOf(resources, name);
  const found = ofType(resources, 'AWS::Lambda::Alias').filter(
    ({ Properties }) => target(Properties['FunctionName']) === logicalId,
  );
  if (found.length !== 1) throw new Error(`${found.length} aliases of ${name}, expected one`);
  return found[0]!;
}

/** The HTTP API's authorizer of a name. */
export function authorizerOf(
  resources: readonly Resource[],
  name: 'Authorizer' | 'VerifyOnlyAuthorizer' | 'OptionalAuthorizer',
): Resource {
  const found = ofType(resources, 'AWS::ApiGatewayV2::Authorizer').filter(
    ({ Properties }) => Properties['Name'] === name,
  );
  if (found.length !== 1) throw new Error(`${found.length} authorizers are called ${name}, expected one`);
  return found[0]!;
}

/** The logical id that a `Ref` or `Fn::GetAtt` points at. */
export function target(value: unknown): string {
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  const id = reference.Ref ?? reference['Fn::GetAtt']?.[0];
  if (id === undefined) throw new Error(`not a reference: ${JSON.stringify(value)}`);
  return id;
}

/** A mirror in a stack of somebody else's, and what of hers it is given. */
export interface Guest {
  readonly stack: Stack;
  readonly sync: ClerkUserSync;
  readonly resources: () => readonly Resource[];
}

/** @param choose makes what of the stack's the mirror is to use */
export function guestWith(choose: (stack: Stack) => Partial<ClerkUserSyncProps> = () => ({})): Guest {
  const env = { account: '111122223333', region: 'eu-west-1' };
  const stack = new Stack(new App({ outdir: newDirectory() }), 'shop', { env });
  return guestIn(stack, choose(stack));
}

/** A mirror in a stack that is there already. */
export function guestIn(stack: Stack, props: Partial<ClerkUserSyncProps>, id = 'Users'): Guest {
  const sync = new ClerkUserSync(stack, id, { ...REQUIRED_PROPS, bundles, ...props });
  return { stack, sync, resources: () => readResources(stack) };
}

/** A network that is there already. */
export function importedVpc(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Network', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0a', 'subnet-0b'],
  });
}

/** A second mirror in the same stack. */
export function addSecondInstance(
  stack: ClerkSyncStack,
  scheduleNamePrefix = 'second-',
  props: Partial<ClerkUserSyncProps> = {},
): ClerkUserSync {
  return new ClerkUserSync(stack, 'Second', { ...REQUIRED_PROPS, bundles, scheduleNamePrefix, ...props });
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Every statement that the function's role has. */
export function statementsOfFunction(resources: readonly Resource[], name: LambdaName): readonly Statement[] {
  const role = target(functionOf(resources, name).Properties['Role']);
  return ofType(resources, 'AWS::IAM::Policy')
    .filter(({ Properties }) => (Properties['Roles'] as readonly unknown[]).some((value) => target(value) === role))
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement);
}
