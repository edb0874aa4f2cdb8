/**
 * No peer but the floor: the least that a token check and a signed read of one item cost on this machine, with `node:crypto`
 * and `node:http` and no package at all. It writes nothing, retries nothing, has no time limits and checks no more of a token
 * than its signature, `exp` and `azp`: nobody should deploy it.
 */
import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';

type AttributeValue = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, AttributeValue>>;
type Answer = APIGatewaySimpleAuthorizerWithContextResult<{ user?: object; sessionId?: unknown }>;
type Claims = Readonly<Record<string, unknown>>;

// An `import` of node:http would load undici with it.
const http = process.getBuiltinModule('node:http');
const environment = process.env;
const key = createPublicKey(environment['CLERK_JWT_KEY']!);
const parties = environment['CLERK_AUTHORIZED_PARTIES']!.split(',');
const agent = new http.Agent({ keepAlive: true });
const endpoint = new URL(environment['AWS_ENDPOINT_URL_DYNAMODB']!);
const region = environment['AWS_REGION']!;

export async function handler({ headers }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> {
  const claims = verified(headers?.['authorization']?.slice('Bearer '.length) ?? '');
  if (!claims) throw new Error('Unauthorized');
  const Key = { pk: { S: `user#${String(claims['sub'])}` } };
  const { Item } = await call(JSON.stringify({ TableName: environment['TABLE_NAME'], Key }));
  const { pk: _key, ...user } = plain(Item ?? {});
  if (!Item || user['deletedAt'] !== undefined || user['banned'] === true) return { isAuthorized: false, context: {} };
  return { isAuthorized: true, context: { user, sessionId: claims['sid'] } };
}

function verified(token: string): Claims | undefined {
  const [head, body, signature] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined) return undefined;
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  const isOurs = Number(claims['exp']) * 1_000 > Date.now() && parties.includes(String(claims['azp']));
  return isOurs ? claims : undefined;
}

function call(body: string): Promise<{ Item?: Item }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = endpoint;
    const request = http.request({ hostname, port, agent, method: 'POST', path: '/', headers: signed(body) });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(JSON.parse(text) as { Item?: Item }));
    });
    request.end(body);
  });
}

/** Signature Version 4, as the service's documentation describes it. */
function signed(body: string): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/dynamodb/aws4_request`;
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    host: endpoint.host,
    'x-amz-date': time,
    'x-amz-security-token': environment['AWS_SESSION_TOKEN']!,
    'x-amz-target': 'DynamoDB_20120810.GetItem',
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(body)}`;
  const secret = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${environment['AWS_SECRET_ACCESS_KEY']}`);
  const signature = hmac(secret, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`).toString('hex');
  const credential = `${environment['AWS_ACCESS_KEY_ID']}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(secret: Buffer | string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function plain(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue({ S, N, BOOL, M, L }: AttributeValue): unknown {
  if (N !== undefined) return Number(N);
  if (M !== undefined) return plain(M as Item);
  if (L !== undefined) return (L as AttributeValue[]).map(plainValue);
  return S ?? BOOL ?? null;
}
