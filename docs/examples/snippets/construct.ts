/** What docs/construct.md shows. */
import { Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { ClerkUserSync } from 'clerk-dynamodb-sync';

import type { HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

interface Own {
  readonly orders: Function;
  readonly integration: HttpRouteIntegration;
}

export class Shop extends Stack {
  constructor(scope: Construct, { orders, integration }: Own) {
    super(scope, 'Shop');

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
