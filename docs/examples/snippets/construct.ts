/** What docs/construct.md shows. */
import { Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { ClerkUserSync } from 'clerk-dynamodb-sync';

import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Function } from 'aws-cdk-lib/aws-lambda';
import type { FunctionProps } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export class Shop extends Stack {
  constructor(scope: Construct, code: FunctionProps) {
    super(scope, 'Shop');
    const orders = new Function(this, 'Orders', code);
    const integration = new HttpLambdaIntegration('Orders', orders);

    const api = new HttpApi(this, 'Shop');
    const users = new ClerkUserSync(this, 'Users', {
      issuer: 'https://clerk.example.com',
      authorizedParties: ['https://app.example.com'],
      api,
    });
    api.addRoutes({ path: '/orders', methods: [HttpMethod.GET], integration, authorizer: users.authorizer });
    users.grantRead(orders);
  }
}
