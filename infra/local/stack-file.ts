import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What `.local/stack.json` says of a running local cloud, so that any tool can drive it. URLs have no trailing slash. */
export interface StackFile {
  readonly api: string;
  /** The Clerk stand-in, without `/v1`. */
  readonly clerk: string;
  readonly dynamodb: string;
  /** The CloudWatch endpoint. */
  readonly metrics: string;
  /** A page for people: Clerk and the table side by side. */
  readonly console: string;
  readonly region: string;
  readonly tableName: string;
  readonly issuer: string;
  readonly authorizedParty: string;
  readonly instanceId: string;
  readonly secretKey: string;
  /** PEM. */
  readonly jwtPublicKey: string;
  /** PEM. */
  readonly jwtPrivateKey: string;
  readonly kid: string;
  readonly webhookSecrets: readonly string[];
  readonly adminApiKey: string;
}

/** Writes the file whole: a reader sees all of it or none. Only its owner may read it, since it holds keys. */
export function writeStackFile(path: string, stack: StackFile): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** The fields that a tool needs to reach what runs, the table and Clerk. */
const ADDRESSES = ['api', 'clerk', 'secretKey', 'dynamodb', 'metrics', 'region', 'tableName'] as const;

/**
 * Where the local cloud that runs here is, and has its table and Clerk.
 * @throws Error that says what to do where none is running
 */
export function readStackFile(path: string): Pick<StackFile, (typeof ADDRESSES)[number]> {
  const stack = parseStackFile(path);
  if (hasAddresses(stack)) return stack;
  throw new Error(`${path} is not the file that \`npm start\` writes: stop the local cloud and start it anew.`);
}

function parseStackFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`No local cloud is running here (there is no ${path}): start one with \`npm start\`.`, { cause });
  }
}

function hasAddresses(value: unknown): value is Pick<StackFile, (typeof ADDRESSES)[number]> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return ADDRESSES.every((name) => typeof fields.get(name) === 'string');
}

export function removeStackFile(path: string): void {
  rmSync(path, { force: true });
}
