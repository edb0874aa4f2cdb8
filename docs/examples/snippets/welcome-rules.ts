/** What docs/events.md shows of the infrastructure. */
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { ClerkUserSync } from 'clerk-dynamodb-sync';
import { Construct } from 'constructs';

interface Own {
  readonly sync: ClerkUserSync;
  readonly welcome: Function;
  readonly deadLetterQueue: IQueue;
}

export class Mails extends Construct {
  constructor(scope: Construct, { sync, welcome, deadLetterQueue }: Own) {
    super(scope, 'Mails');

    const targets = [new LambdaFunction(welcome, { retryAttempts: 10, deadLetterQueue })];
    const source = ['clerk-dynamodb-sync'];
    new Rule(this, 'Created', {
      eventBus: sync.bus,
      targets,
      eventPattern: { source, detailType: ['UserCreated'] },
    });
    new Rule(this, 'Verified', {
      eventBus: sync.bus,
      targets,
      eventPattern: { source, detailType: ['UserUpdated'], detail: { changedFields: ['verifiedEmail'] } },
    });
    sync.table.grant(welcome, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
  }
}
