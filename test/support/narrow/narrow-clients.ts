import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
/** By the name that stands for it in `packages.ts`, and what the product imports of it. */
const PACKAGES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  '@aws-sdk/client-dynamodb': [
    'dynamoDb',
    'ConditionalCheckFailedException',
    'DynamoDBClient',
    'GetItemCommand',
    'TransactionCanceledException',
    'TransactWriteItemsCommand',
    'UpdateItemCommand',
  ],
  '@aws-sdk/client-secrets-manager': ['secretsManager', 'GetSecretValueCommand', 'SecretsManagerClient'],
};
const DOCUMENTS = '@aws-sdk/lib-dynamodb';
const PREFIX = '\0narrow:';

interface Plugin {
  readonly name: string;
  readonly enforce: 'pre';
  resolveId(source: string, importer?: string): Promise<string | undefined>;
  load(id: string): Promise<string | undefined>;
}

/**
 * Has the product's modules find in place of the AWS SDK what a bundle has there: the bundler's own output, in which
 * lib-dynamodb lies over the narrow clients. Tests make their tables with the SDK itself.
 */
export function narrowClients(): Plugin {
  let built: Promise<string> | undefined;
  const bundled = (): Promise<string> => (built ??= buildPackages());
  return {
    name: 'narrow-clients',
    enforce: 'pre',
    async resolveId(source, importer = '') {
      if (source === DOCUMENTS) return bundled();
      return source in PACKAGES && importer.startsWith(join(ROOT, 'shared')) ? `${PREFIX}${source}` : undefined;
    },
    async load(id) {
      const [name, ...exports] = (id.startsWith(PREFIX) && PACKAGES[id.slice(PREFIX.length)]) || [];
      if (name === undefined) return undefined;
      return `import { ${name} } from ${JSON.stringify(await bundled())};\nexport const { ${exports.join(', ')} } = ${name};\n`;
    },
  };
}

/** The bundler is loaded by those who need it: this file is part of the configuration of every test. */
async function buildPackages(): Promise<string> {
  const { bundleNarrowly } = await import('../../../infra/constructs/bundle.ts');
  const directory = mkdtempSync(join(tmpdir(), 'clerk-dynamodb-sync-narrow-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, 'index.mjs');
  bundleNarrowly(ROOT, join(import.meta.dirname, 'packages.ts'), outfile);
  return outfile;
}
