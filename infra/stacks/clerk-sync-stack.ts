import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { bundlesFromSource } from '../constructs/bundle.ts';
import type { ClerkUserSyncProps } from '../constructs/clerk-user-sync-props.ts';
import { ClerkUserSync } from '../constructs/clerk-user-sync.ts';
import { resolveDefaults } from '../constructs/stage.ts';
import { UserTable } from '../constructs/user-table.ts';

export interface ClerkSyncStackProps extends StackProps, ClerkUserSyncProps {
  /** The whole ARN of an existing secret, in place of `secret`. */
  readonly secretArn?: string;
  /**
   * Makes a table under another logical id than before, since CloudFormation makes none anew that was deleted behind its back.
   * @default - the construct's own table
   */
  readonly tableSuffix?: string;
}

/** A stack with one mirror in it, for those who have no stack of their own to put the construct in. */
export class ClerkSyncStack extends Stack {
  readonly sync: ClerkUserSync;

  constructor(scope: Construct, id: string, props: ClerkSyncStackProps) {
    super(scope, id, { terminationProtection: (props.stage ?? 'production') === 'production', ...props });
    this.sync = new ClerkUserSync(this, 'Sync', {
      bundles: bundlesFromSource(),
      ...props,
      ...(props.tableSuffix !== undefined && { table: this.#anotherTable(props.tableSuffix, props) }),
      ...(props.secretArn !== undefined && {
        secret: Secret.fromSecretCompleteArn(this, 'ClerkSecret', props.secretArn),
      }),
    });
    this.#output('ApiUrl', this.sync.apiUrl, 'The HTTP API');
    this.#output('WebhookUrl', this.sync.webhookUrl, 'The URL to enter as webhook endpoint in the Clerk dashboard');
    this.#output('TableName', this.sync.table.tableName, 'The DynamoDB table that mirrors the users');
    this.#output(
      'EventBusName',
      this.sync.bus.eventBusRef.eventBusName,
      "The EventBridge bus that tells of users' changes",
    );
    this.#output('SecretArn', this.sync.secret.secretArn, 'The secret to put the keys of Clerk into');
    if (this.sync.alarmTopic) {
      this.#output('AlarmTopicArn', this.sync.alarmTopic.topicArn, 'The topic that is told of alarms: subscribe to it');
    }
    this.#output(
      'AuthorizerName',
      this.sync.functions.authorizer.functionName,
      'The authorizer: by it, `npm run doctor` knows how tokens are verified',
    );
    this.#output(
      'ReconcilerName',
      this.sync.functions.reconciler.functionName,
      'The reconciler: by it, commands given --stack find the rest',
    );
  }

  #anotherTable(suffix: string, props: ClerkSyncStackProps): UserTable {
    const { removalPolicy } = resolveDefaults(props);
    return new UserTable(this, `Table${suffix}`, { removalPolicy, encryptionKey: props.encryptionKey });
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
