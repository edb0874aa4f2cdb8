import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Duration } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpMethod, PayloadFormatVersion } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { build } from 'esbuild';
import { EVENTS } from '../../../shared/names/events.ts';
import { ClerkSyncStack } from '../../../infra/stacks/clerk-sync-stack.ts';

/** What the stand-in for Clerk goes by. */
export const ISSUER = 'https://sync-local.clerk.accounts.dev';
export const ORIGIN = 'http://localhost:5173';

const VISITOR = new URL('functions/visitor.ts', import.meta.url);
const example = (name: string): URL => new URL(`../../../docs/examples/${name}/handler.ts`, import.meta.url);

/** How long the gateway repeats an authorizer's answer. */
export const CACHE_SECONDS = 4;

/**
 * An application that uses the construct as its documentation says, with routes of its own behind every kind of authorizer:
 * `/public` behind the optional one, `/flat/...` behind one of payload 1.0 that answers with policies, once with a function
 * of payload 2.0 and once with one of 1.0. The examples of the documentation are in it: `/plan`, and rules on the bus that drive a
 * function which welcomes new users.
 *
 * @returns its cloud assembly, and how to remove it
 */
export async function synthesiseApplication(): Promise<{ readonly assembly: string; readonly remove: () => void }> {
  const scratch = mkdtempSync(join(tmpdir(), 'application-'));
  const visitorCode = await bundle(VISITOR, join(scratch, 'visitor'));
  const planCode = await bundle(example('plan'), join(scratch, 'plan'));
  const welcomeCode = await bundle(example('welcome'), join(scratch, 'welcome'));
  const outdir = join(scratch, 'assembly');
  const app = new App({ outdir });
  const stack = new ClerkSyncStack(app, 'application', {
    issuer: ISSUER,
    authorizedParties: [ORIGIN],
    stage: 'development',
    authorizerCacheTtl: Duration.seconds(CACHE_SECONDS),
    optionalAuthorizer: true,
    cors: { allowOrigins: [ORIGIN], allowMethods: [CorsHttpMethod.GET], allowHeaders: ['authorization'] },
    throttle: { rateLimit: 10_000, burstLimit: 10_000 },
  });
  addRoutes(stack, visitorCode);
  addPlan(stack, planCode);
  addSubscriber(stack, welcomeCode);
  app.synth();
  return { assembly: outdir, remove: () => rmSync(scratch, { recursive: true, force: true }) };
}

async function bundle(source: URL, outdir: string): Promise<string> {
  const entryPoints = [fileURLToPath(source)];
  const outfile = join(outdir, 'index.js');
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  return outdir;
}

function addPlan(stack: ClerkSyncStack, code: string): void {
  const users = stack.sync;
  const plan = new Function(stack, 'Plan', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { TABLE_NAME: users.table.tableName },
  });
  users.api.addRoutes({
    path: '/plan',
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration('Plan', plan),
    authorizer: users.authorizer,
  });
  users.grantRead(plan);
}

function addSubscriber(stack: ClerkSyncStack, code: string): void {
  const { bus: eventBus, table } = stack.sync;
  const welcome = new Function(stack, 'Welcome', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { TABLE_NAME: table.tableName },
  });
  table.grant(welcome, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
  const source = [EVENTS.source];
  const created = { source, detailType: ['UserCreated'] };
  const verified = { source, detailType: ['UserUpdated'], detail: { changedFields: ['verifiedEmail'] } };
  const rules = [
    new Rule(stack, 'Created', { eventBus, eventPattern: created }),
    new Rule(stack, 'Verified', { eventBus, eventPattern: verified }),
  ];
  for (const rule of rules) rule.addTarget(new LambdaFunction(welcome));
}

function addRoutes(stack: ClerkSyncStack, visitorCode: string): void {
  const { api, optionalAuthorizer, authorizerFunctions } = stack.sync;
  const visitor = new Function(stack, 'Visitor', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(visitorCode),
  });
  const route = (
    path: string,
    authorizer: IHttpRouteAuthorizer | undefined,
    payloadFormatVersion: PayloadFormatVersion,
  ) =>
    api.addRoutes({
      path,
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration(path, visitor, { payloadFormatVersion }),
      ...(authorizer && { authorizer }),
    });
  const byPolicy = new HttpLambdaAuthorizer('ByPolicy', authorizerFunctions.syncing, {
    responseTypes: [HttpLambdaResponseType.IAM],
    identitySource: ['$request.header.Authorization'],
    resultsCacheTtl: Duration.seconds(CACHE_SECONDS),
  });
  route('/public', optionalAuthorizer, PayloadFormatVersion.VERSION_2_0);
  route('/flat/new', byPolicy, PayloadFormatVersion.VERSION_2_0);
  route('/flat/old', byPolicy, PayloadFormatVersion.VERSION_1_0);
}
