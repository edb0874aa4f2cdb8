import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ClerkUserSyncProps } from './clerk-user-sync-props.ts';
import { SettingError } from './setting-error.ts';

/**
 * @param construct the mirror, whose stack an API of yours must share
 * @throws SettingError for the first thing of yours that the mirror could not use
 */
export function validateHosting(construct: Construct, props: ClerkUserSyncProps): void {
  validateTable(props);
  validateKey(construct, props);
  validateApi(construct, props);
  validateDomain(props);
  validateWebAcl(props);
}

function validateTable({ table }: ClerkUserSyncProps): void {
  if (!table || table.tableStreamArn !== undefined) return;
  throw new SettingError(
    'table has no stream that is known, by which changes are told and names are given on. Make it with UserTable, or pass ' +
      'tableStreamArn to TableV2.fromTableAttributes; the stream needs new and old images.',
  );
}

/** A key that nothing would be encrypted with is one that somebody relies on in vain. */
function validateKey(construct: Construct, { table, secret, encryptionKey }: ClerkUserSyncProps): void {
  if (!encryptionKey) return;
  if (!table && Token.isUnresolved(Stack.of(construct).region)) {
    throw new SettingError(
      'encryptionKey is set in a stack without a region, where the CDK cannot name the key of a table. Give the stack its ' +
        'env: { account, region }, or leave encryptionKey out.',
    );
  }
  if (!table || !secret) return;
  throw new SettingError(
    'encryptionKey is set, but table and secret are yours, which have their own encryption. Leave encryptionKey out, and set ' +
      'the key where you make them.',
  );
}

function validateApi(construct: Construct, { api, cors, throttle, domain, accessLog }: ClerkUserSyncProps): void {
  if (!api) return;
  const ours = Object.entries({ cors, throttle, domain, accessLog }).find(([, value]) => value !== undefined);
  if (ours) {
    throw new SettingError(
      `${ours[0]} is set, but api is yours, whose stage, domain and cross-origin rules the mirror leaves alone. Leave ${ours[0]} ` +
        'out, and set it on your HttpApi.',
    );
  }
  // An imported API has routes that nobody here can add to by a reference that does not lead back.
  if (!('addRoutes' in api)) {
    throw new SettingError(
      'api is an imported one, to which the mirror cannot add routes. Set it to the HttpApi that your app makes, or leave it out: ' +
        'createHttpAuthorizer() makes authorizers for routes of any HTTP API.',
    );
  }
  if (Stack.of(api) === Stack.of(construct)) return;
  throw new SettingError(
    `api is in the stack ${Stack.of(api).stackName}, and the mirror in ${Stack.of(construct).stackName}: each would wait for the ` +
      'other. Put both in one stack, or leave api out and use createHttpAuthorizer() for your routes.',
  );
}

function validateDomain({ domain }: ClerkUserSyncProps): void {
  if (!domain || Token.isUnresolved(domain.name) || isHostName(domain.name)) return;
  throw new SettingError(
    `domain.name is ${JSON.stringify(domain.name)}. Set it to a host name in lower case, without scheme and path, such as ` +
      'users.example.com.',
  );
}

function isHostName(name: string): boolean {
  return /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(name);
}

function validateWebAcl({ webAcl }: ClerkUserSyncProps): void {
  if (!webAcl) return;
  // A program without types passes whatever it has; AWS would refuse it in the middle of a deployment.
  if (!('restApi' in webAcl.stage)) {
    throw new SettingError(
      'webAcl.stage is no stage of a REST API. AWS WAF cannot be put before an HTTP API, which the own API of the mirror is. Set ' +
        'it to the stage of your REST API (restApi.deploymentStage), or leave webAcl out and put a CloudFront distribution with ' +
        'the web ACL before the HTTP API.',
    );
  }
  if (Token.isUnresolved(webAcl.arn) || /^arn:[^:]+:wafv2:[^:]+:\d{12}:regional\/webacl\/.+/.test(webAcl.arn)) return;
  throw new SettingError(
    `webAcl.arn is ${JSON.stringify(webAcl.arn)}. Set it to the ARN of a regional web ACL, such as ` +
      'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/name/id; one for CloudFront (global) cannot be put before an API.',
  );
}
