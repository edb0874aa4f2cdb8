/** What docs/construct.md shows about a table of one's own. */
import { ClerkUserSync } from 'clerk-dynamodb-sync';
import { UserTable } from 'clerk-dynamodb-sync';

import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

interface Own {
  readonly dataStack: Stack;
  readonly issuer: string;
  readonly authorizedParties: readonly string[];
}

export class Shop extends Stack {
  constructor(scope: Construct, { dataStack, issuer, authorizedParties }: Own) {
    super(scope, 'Shop');

    const table = new UserTable(dataStack, 'Users'); // retained, protected from deletion, point-in-time recovery
    new ClerkUserSync(this, 'Users', { issuer, authorizedParties, table });
  }
}
