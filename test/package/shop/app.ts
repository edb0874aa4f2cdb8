import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ClerkUserSync, SettingError } from 'clerk-dynamodb-sync';
import { synthesiseDocumented } from './documented.ts';

/** What the stand-in for Clerk goes by. */
const CLERK = {
  issuer: 'https://sync-local.clerk.accounts.dev',
  authorizedParties: ['http://localhost:5173'],
};

function ordersFunction(stack: Stack): Function {
  return new Function(stack, 'Orders', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(join(import.meta.dirname, 'orders')),
  });
}

/** A shop with an HTTP API of its own, on which users are mirrored and orders belong to whoever is signed in. */
function httpShop(outdir: string): void {
  const app = new App({ outdir });
  const stack = new Stack(app, 'http-shop');
  const api = new HttpApi(stack, 'Shop');
  const users = new ClerkUserSync(stack, 'Users', { ...CLERK, api });
  const orders = ordersFunction(stack);
  api.addRoutes({
    path: '/orders',
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration('Orders', orders),
    authorizer: users.authorizer,
  });
  users.grantRead(orders);
  new CfnOutput(stack, 'TableName', { value: users.table.tableName });
  new CfnOutput(stack, 'SecretArn', { value: users.secret.secretArn });
  app.synth();
}

/** The same behind a REST API; the mirror has an HTTP API of its own for the webhook. */
function restShop(outdir: string): void {
  const app = new App({ outdir });
  const stack = new Stack(app, 'rest-shop');
  const users = new ClerkUserSync(stack, 'Users', { ...CLERK, stage: 'staging' });
  const api = new RestApi(stack, 'Shop');
  const authorizer = users.createRestAuthorizer(stack, 'SignedIn');
  api.root.addResource('orders').addMethod('GET', new LambdaIntegration(ordersFunction(stack)), { authorizer });
  app.synth();
}

/** Types that are lost on the way would take anything. */
function mistakes(stack: Stack): readonly unknown[] {
  // @ts-expect-error: an issuer is a text
  const withoutIssuer = (): unknown => new ClerkUserSync(stack, 'One', { ...CLERK, issuer: 1 });
  // @ts-expect-error: there is no such stage
  const inNoStage = (): unknown => new ClerkUserSync(stack, 'Two', { ...CLERK, stage: 'prod' });
  return [withoutIssuer, inNoStage];
}

// Comparing each template with CloudFormation's schemas takes seconds; the repository's own test does it for all.
process.env['CDK_VALIDATION'] = 'false';
const [, , outdir = 'cdk.out'] = process.argv;
httpShop(join(outdir, 'http'));
restShop(join(outdir, 'rest'));
synthesiseDocumented(join(outdir, 'documented'));
const required = createRequire(import.meta.url)('clerk-dynamodb-sync') as { ClerkUserSync?: unknown };
process.stdout.write(
  JSON.stringify({
    mistakes: mistakes(new Stack()).length,
    sameWhenRequired: required.ClerkUserSync === ClerkUserSync,
    errorName: new SettingError('').name,
  }),
);
