/** What docs/authorizer.md shows of the infrastructure. */
import { Stack } from 'aws-cdk-lib';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Function } from 'aws-cdk-lib/aws-lambda';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { ClerkUserSync } from 'clerk-dynamodb-sync';
import type { Construct } from 'constructs';

interface Own {
  readonly code: FunctionProps;
  readonly issuer: string;
  readonly authorizedParties: readonly string[];
}

export class Shop extends Stack {
  constructor(scope: Construct, { code, issuer, authorizedParties }: Own) {
    super(scope, 'Shop');
    const integration = new HttpLambdaIntegration('Orders', new Function(this, 'Orders', code));

    const sync = new ClerkUserSync(this, 'Sync', { issuer, authorizedParties, optionalAuthorizer: true });

    sync.api.addRoutes({ path: '/orders', authorizer: sync.authorizer, integration });
    // Without the prop there is none, and a route without an authorizer lets everybody in, unseen.
    const { optionalAuthorizer } = sync;
    if (optionalAuthorizer) sync.api.addRoutes({ path: '/catalogue', authorizer: optionalAuthorizer, integration });
  }
}
