/** What docs/construct.md shows about a topic of one's own that alarms are told to. */
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';

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

    const topic = new Topic(this, 'OnCall', { enforceSSL: true, masterKey: new Key(this, 'OnCallKey') });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com')); // and the key may be used for it
    new ClerkUserSync(this, 'Users', { issuer, authorizedParties, alarms: { topic } });
  }
}
