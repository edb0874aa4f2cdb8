import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { endpointOf } from '../../infra/constructs/stand-ins/aws-json/endpoint.ts';
import { Sha256 } from '../../infra/constructs/stand-ins/aws-json/sha256.ts';
import { inWords } from '../support/deployment.ts';
import type { AwsSettings } from '../support/deployment.ts';

/** Nobody needs a permission for it. */
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * The number of the account that the credentials belong to, as AWS's own token service says it.
 * @throws Error that says what to do where there are no credentials, or none that AWS accepts
 */
export function accountId(aws: AwsSettings & { readonly region: string }): Promise<string> {
  return inWords('sts:GetCallerIdentity', aws.region, () => ask(aws));
}

async function ask(aws: AwsSettings & { readonly region: string }): Promise<string> {
  const { url, headers } = await signed(aws);
  const response = await fetch(url, { method: 'POST', headers, body: BODY, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  const account = /<Account>(\d{12})<\/Account>/.exec(text)?.[1];
  if (response.ok && account !== undefined) return account;
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? `status ${response.status}`;
  const error = new Error(`AWS does not say whose credentials these are (${code}).`);
  throw Object.assign(error, { name: code });
}

/** Signed by the SDK's signer with the credentials that the SDK's clients find. */
async function signed(aws: AwsSettings & { readonly region: string }): Promise<HttpRequestParts> {
  const { region } = aws;
  const client = new CloudFormationClient(aws);
  const signer = new SignatureV4({ service: 'sts', region, credentials: client.config.credentials, sha256: Sha256 });
  const url = aws.endpoint === undefined ? endpointOf('sts', 'STS', region) : new URL(aws.endpoint);
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body: BODY,
  });
  const { headers } = await signer.sign(request).finally(() => client.destroy());
  return { url, headers };
}

interface HttpRequestParts {
  readonly url: URL;
  readonly headers: Record<string, string>;
}
