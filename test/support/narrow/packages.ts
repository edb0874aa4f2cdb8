/** What the product's modules import of the AWS SDK, to be bundled with the narrow clients in its place. */
export * as dynamoDb from '@aws-sdk/client-dynamodb';
export * as secretsManager from '@aws-sdk/client-secrets-manager';
export * from '@aws-sdk/lib-dynamodb';
