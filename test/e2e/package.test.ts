import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { openShop, typeCheck } from '../support/package/shop.ts';
import type { Shop } from '../support/package/shop.ts';

/** What esbuild splits off a bundle: a name that says where it comes from, and the hash of what is in it. */
const CHUNK = /^dist\/functions\/\w+\/[\w-]+-[0-9A-Z]{8}\.mjs$/;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop?.remove());

describe('the package', () => {
  it('carries the construct, the helper, their types, the bundles and the documents, and no source', () => {
    const kind = (name: string): string => name.replace(/^dist\/types\/.*\.d\.ts$/, 'dist/types/….d.ts');
    const kinds = new Set(shop.packed.filter((name) => !CHUNK.test(name)).map(kind));
    expect([...kinds].filter((name) => !name.startsWith('docs/')).toSorted()).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist/THIRD-PARTY-NOTICES.txt',
      ...['admin', 'authorizer', 'changes', 'health', 'reconciler', 'users', 'webhook', 'whoami'].map(
        (name) => `dist/functions/${name}/index.mjs`,
      ),
      'dist/index.js',
      'dist/request.js',
      'dist/types/….d.ts',
      'package.json',
    ]);
  });

  it('has whatever its documents link to, but for the sources and tests, which are in the repository', () => {
    const installed = join(shop.directory, 'node_modules/clerk-dynamodb-sync');
    const documents = shop.packed.filter((name) => /^(README|docs\/[\w/-]+)\.md$/.test(name));
    const links = documents.flatMap((name) =>
      [...readFileSync(join(installed, name), 'utf8').matchAll(/\]\((?!https?:)([\w./-]+)/g)].map(([, to = '']) =>
        join(dirname(name), to),
      ),
    );
    const packed = links.filter((link) => !/^(test|shared|infra|functions|scripts|\.github)(\/|$)/.test(link));
    expect(packed).toContain('docs/images/console.png');
    expect(packed.filter((link) => !existsSync(join(installed, link)))).toEqual([]);
  });

  it("has beside a function's entry the bundler's chunks that it loads, all of them, and nothing else", () => {
    const bundled = new Set(shop.packed.filter((name) => /^dist\/functions\/.*\.mjs$/.test(name)));
    const entries = [...bundled].filter((name) => name.endsWith('/index.mjs'));
    const loaded = new Set(entries);
    // A set is walked to its end, also where it grows meanwhile.
    for (const name of loaded) for (const other of importsOf(name)) loaded.add(other);
    expect([...loaded].toSorted()).toEqual([...bundled].toSorted());
    expect([...loaded].filter((name) => !entries.includes(name) && !CHUNK.test(name))).toEqual([]);
    expect(loaded.size).toBeGreaterThan(entries.length);
  });

  it('has two doors, and needs nothing but its peers', () => {
    expect(Object.keys(Object(shop.manifest['exports']) as object)).toEqual(['.', './request']);
    expect(Object.keys(Object(shop.manifest['peerDependencies']) as object)).toEqual(['aws-cdk-lib', 'constructs']);
    for (const kind of ['dependencies', 'optionalDependencies']) expect(shop.manifest).not.toHaveProperty(kind);
  });

  it('asks for peers that the repository itself is tested with', () => {
    const pinned = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
      peerDependencies: Record<string, string>;
    };
    for (const [name, range] of Object.entries(pinned.peerDependencies)) {
      expect(range).toBe(`^${pinned.devDependencies[name]}`);
    }
  });

  it('cannot be published by accident', () => {
    expect(shop.manifest['private']).toBe(true);
  });

  it('imports nothing but its peers and Node, whoever reads it', () => {
    for (const name of ['index.js', 'request.js']) {
      const text = readFileSync(join(shop.directory, 'node_modules/clerk-dynamodb-sync/dist', name), 'utf8');
      const foreign = [...text.matchAll(/^(?:import|export) .* from "([^"]+)"/gm)].map(([, module]) => module ?? '');
      expect(foreign.filter((module) => !/^(aws-cdk-lib|constructs|node:)/.test(module))).toEqual([]);
    }
  });

  it('is of one make for those who import it and those who require it', () => {
    expect(shop.printed).toEqual({ mistakes: 2, sameWhenRequired: true, errorName: 'SettingError' });
  });

  it('has types that find mistakes', async () => {
    await expect(typeCheck(shop.directory)).resolves.toBe(undefined);
  });
});

/** Files that one of the package's bundles imports, at once or when it needs them. */
function importsOf(name: string): readonly string[] {
  const text = readFileSync(join(shop.directory, 'node_modules/clerk-dynamodb-sync', name), 'utf8');
  const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.\/[^"]+\.mjs)"/g);
  return [...specifiers].map(([, specifier = '']) => join(dirname(name), specifier));
}

describe("somebody else's application with an HTTP API, in the local cloud", () => {
  let local: LocalStack;
  beforeAll(async () => {
    local = await startLocalStack({ assembly: shop.http });
  });
  afterAll(() => local?.close());

  const orders = async (headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${local.file.api}/orders`, { headers });

  it('has its own function behind our authorizer, which is told who asks', async () => {
    const world = createWorld(local.file);
    const { id } = await signUp(world, 'reader@example.com', 'Reader');
    const answer = await orders({ authorization: `Bearer ${await world.token(id)}` });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ orders: [], of: 'reader@example.com', synced: true, unknown: null });
  });

  it('turns away who has no token, or a bad one', async () => {
    expect((await orders()).status).toBe(401);
    expect((await orders({ authorization: 'Bearer junk' })).status).toBe(401);
  });
});

describe("somebody else's application with a REST API", () => {
  it('has methods behind our authorizer, and functions from the bundles of the package', () => {
    const { Resources } = JSON.parse(readFileSync(join(shop.rest, 'rest-shop.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    };
    const all = Object.values(Resources);
    const method = all.find(({ Type }) => Type === 'AWS::ApiGateway::Method');
    expect(method?.Properties).toMatchObject({ HttpMethod: 'GET', AuthorizationType: 'CUSTOM' });
    const authorizer = all.find(({ Type }) => Type === 'AWS::ApiGateway::Authorizer');
    expect(authorizer?.Properties).toMatchObject({ Type: 'REQUEST', AuthorizerResultTtlInSeconds: 30 });
    const functions = all.filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const keys = functions.map(({ Properties }) => (Properties['Code'] as { S3Key?: string }).S3Key);
    expect(new Set(keys).size).toBe(7);
    const sources = readFileSync(join(shop.rest, 'rest-shop.assets.json'), 'utf8');
    expect(sources.match(/asset\.[0-9a-f]{64}/g)).toHaveLength(7);
  });
});

describe('what the documentation shows of the infrastructure, with the package as it is installed', () => {
  interface Resource {
    readonly Type: string;
    readonly Properties: Readonly<Record<string, unknown>>;
  }
  const template = (name: string, stack = 'Shop') =>
    JSON.parse(readFileSync(join(shop.documented, name, `${stack}.template.json`), 'utf8')) as {
      readonly Outputs?: Readonly<Record<string, unknown>>;
      readonly Resources: Readonly<Record<string, Resource>>;
    };
  const ofType = (name: string, type: string, stack?: string) =>
    Object.values(template(name, stack).Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);
  const authorizerOf = (name: string, path: string): unknown =>
    ofType(name, 'AWS::ApiGatewayV2::Route').find(({ RouteKey }) => String(RouteKey).endsWith(` ${path}`))?.[
      'AuthorizerId'
    ];

  it('puts routes behind authorizers, and lets a function read the table', () => {
    expect(authorizerOf('construct', '/orders')).toBeDefined();
    expect(authorizerOf('authorizer', '/catalogue')).toBeDefined();
    expect(authorizerOf('authorizer', '/orders')).not.toEqual(authorizerOf('authorizer', '/catalogue'));
    const ofOrders = ofType('construct', 'AWS::IAM::Policy').filter(({ PolicyName }) =>
      /Orders/.test(String(PolicyName)),
    );
    expect(JSON.stringify(ofOrders)).toMatch(/dynamodb:BatchGetItem.*user#/);
  });

  it('keeps the table in another stack, tells a topic of alarms, and has outputs for commands', () => {
    expect(ofType('existing-table', 'AWS::DynamoDB::GlobalTable', 'Data')).toHaveLength(1);
    expect(ofType('existing-table', 'AWS::DynamoDB::GlobalTable')).toEqual([]);
    const [topic] = Object.entries(template('alarm-topic').Resources).filter(
      ([, { Type }]) => Type === 'AWS::SNS::Topic',
    );
    for (const alarm of ofType('alarm-topic', 'AWS::CloudWatch::Alarm')) {
      expect(alarm['AlarmActions']).toEqual([{ Ref: topic?.[0] }]);
    }
    expect(JSON.stringify(ofType('alarm-topic', 'AWS::SNS::TopicPolicy'))).toContain('cloudwatch.amazonaws.com');
    expect(JSON.stringify(ofType('alarm-topic', 'AWS::KMS::Key'))).toContain('cloudwatch.amazonaws.com');
    const outputs = ['ReconcilerName', 'AuthorizerName', 'ApiUrl', 'WebhookUrl'];
    expect(Object.keys(template('outputs').Outputs ?? {})).toEqual(expect.arrayContaining(outputs));
  });
});
