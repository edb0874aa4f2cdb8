/** What docs/authorizer.md shows of the infrastructure. */
import { Stack } from 'aws-cdk-lib';
import type { HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { ClerkUserSync } from 'clerk-dynamodb-sync';
import type { Construct } from 'constructs';

interface Own {
  readonly integration: HttpRouteIntegration;
  readonly issuer: string;
  readonly authorizedParties: readonly string[];
}

export class Shop extends Stack {
  constructor(scope: Construct, { integration, issuer, authorizedParties }: Own) {
    super(scope, 'Shop');

    const sync = new ClerkUserSync(this, 'Sync', { issuer, authorizedParties, optionalAuthorizer: true });

    sync.api.addRoutes({ path: '/orders', authorizer: sync.authorizer, integration });
    // Without the prop there is none, and a route without an authorizer lets everybody in, unseen.
    const { optionalAuthorizer } = sync;
    if (optionalAuthorizer) sync.api.addRoutes({ path: '/catalogue', authorizer: optionalAuthorizer, integration });
  }
}
