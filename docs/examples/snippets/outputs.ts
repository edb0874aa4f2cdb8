/** What docs/construct.md shows about the outputs by which commands find a mirror. */
import { CfnOutput } from 'aws-cdk-lib';

import { Stack } from 'aws-cdk-lib';
import { ClerkUserSync } from 'clerk-dynamodb-sync';
import type { Construct } from 'constructs';

interface Own {
  readonly issuer: string;
  readonly authorizedParties: readonly string[];
}

export class Shop extends Stack {
  constructor(scope: Construct, { issuer, authorizedParties }: Own) {
    super(scope, 'Shop');
    const users = new ClerkUserSync(this, 'Users', { issuer, authorizedParties });

    new CfnOutput(this, 'ReconcilerName', { value: users.functions.reconciler.functionName });
    new CfnOutput(this, 'AuthorizerName', { value: users.functions.authorizer.functionName });
    new CfnOutput(this, 'ApiUrl', { value: users.apiUrl });
    new CfnOutput(this, 'WebhookUrl', { value: users.webhookUrl });
  }
}
