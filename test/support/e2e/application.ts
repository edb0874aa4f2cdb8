import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Duration } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpMethod, PayloadFormatVersion } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { build } from 'esbuild';
import { Mails } from '../../../docs/examples/snippets/welcome-rules.ts';
import { ClerkSyncStack } from '../../../infra/stacks/clerk-sync-stack.ts';

/** What the stand-in for Clerk goes by. */
export const ISSUER = 'https://sync-local.clerk.accounts.dev';
export const ORIGIN = 'http://localhost:5173';

const VISITOR = new URL('functions/visitor.ts', import.meta.url);
/** Functions that pages show, by the names that they have here. */
const EXAMPLES = {
  plan: 'docs/examples/plan/handler.ts',
  welcome: 'docs/examples/welcome/handler.ts',
  orders: 'docs/examples/snippets/orders.ts',
  greeting: 'docs/examples/snippets/impersonation.ts',
} as const;

/** How long the gateway repeats an authorizer's answer. */
export const CACHE_SECONDS = 4;

/**
 * An application that uses the construct as its documentation says, with routes of its own behind every kind of authorizer:
 * `/public` behind the optional one, `/flat/...` behind one of payload 1.0 that answers with policies, once with a function
 * of payload 2.0 and once with one of 1.0. The examples of the documentation are in it: `/plan`, `/orders`, `/greeting` and, where
 * nobody has to be signed in, `/catalogue`, and rules on the bus that drive a function which welcomes new users.
 *
 * @returns its cloud assembly, and how to remove it
 */
export async function synthesiseApplication(): Promise<{ readonly assembly: string; readonly remove: () => void }> {
  const scratch = mkdtempSync(join(tmpdir(), 'application-'));
  const visitorCode = await bundle(VISITOR, join(scratch, 'visitor'));
  const codeOf = async (name: keyof typeof EXAMPLES): Promise<string> =>
    bundle(new URL(`../../../${EXAMPLES[name]}`, import.meta.url), join(scratch, name));
  const [plan, welcome] = [await codeOf('plan'), await codeOf('welcome')];
  const [orders, greeting] = [await codeOf('orders'), await codeOf('greeting')];
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
  addPlan(stack, plan);
  addSubscriber(stack, welcome);
  addSnippets(stack, orders, greeting);
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
  const { sync } = stack;
  const welcome = new Function(stack, 'Welcome', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { TABLE_NAME: sync.table.tableName },
  });
  new Mails(stack, { sync, welcome, deadLetterQueue: new Queue(stack, 'Unwelcomed') });
}

/** A route for each of the functions that pages show in a few lines. */
function addSnippets(stack: ClerkSyncStack, orders: string, greeting: string): void {
  const { api, authorizer, optionalAuthorizer } = stack.sync;
  const route = (path: string, code: string, handler: string, authorizer: IHttpRouteAuthorizer | undefined) => {
    const own = new Function(stack, path, { runtime: Runtime.NODEJS_24_X, handler, code: Code.fromAsset(code) });
    const integration = new HttpLambdaIntegration(path, own);
    api.addRoutes({ path, methods: [HttpMethod.GET], integration, ...(authorizer && { authorizer }) });
  };
  route('/orders', orders, 'index.handler', authorizer);
  route('/greeting', greeting, 'index.handler', authorizer);
  route('/catalogue', greeting, 'index.publicHandler', optionalAuthorizer);
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
