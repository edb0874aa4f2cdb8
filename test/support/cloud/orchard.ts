import { build } from 'esbuild';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLocalClock } from '../../../infra/local/clock.ts';
import type { LocalClock } from '../../../infra/local/clock.ts';
import { startLocalCloud } from '../../../infra/local/cloud/index.ts';
import type { LocalCloud, LocalCloudOptions } from '../../../infra/local/cloud/index.ts';
import { asRecord } from '../../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../../infra/local/cloud/json.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MODULES = {
  echo: new URL('functions/echo.ts', import.meta.url),
  guard: new URL('functions/guard.ts', import.meta.url),
  trouble: new URL('functions/trouble.ts', import.meta.url),
  broken: new URL('functions/broken.ts', import.meta.url),
  lasting: new URL('functions/lasting.ts', import.meta.url),
  scribe: new URL('functions/scribe.ts', import.meta.url),
  herald: new URL('functions/herald.ts', import.meta.url),
};
const PLAIN = new URL('functions/plain.ts', import.meta.url);

/** A folder that is removed with `remove()`. */
export interface Folder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'local-cloud-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Makes a cloud assembly of the hand-written template in `assembly/` and of the functions in `functions/`: names, routes
 * and identity sources have nothing in common with those of this project.
 */
export async function buildOrchard(): Promise<Folder> {
  const folder = temporaryFolder();
  cpSync(join(HERE, 'assembly'), folder.path, { recursive: true });
  const common = { bundle: true, platform: 'node', target: 'node24', logLevel: 'error' } as const;
  const target = (file: string): string => join(folder.path, file);
  const banner = {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  };
  const modules = Object.entries(MODULES).map(([name, source]) =>
    build({
      ...common,
      entryPoints: [fileURLToPath(source)],
      outfile: target(`asset.${name}/index.mjs`),
      format: 'esm',
      banner,
    }),
  );
  const plain = build({
    ...common,
    entryPoints: [fileURLToPath(PLAIN)],
    outfile: target('asset.plain/index.js'),
    format: 'cjs',
  });
  await Promise.all([...modules, plain]);
  // As in a project of ES modules: on Lambda nothing lies above a function's code.
  writeFileSync(target('package.json'), '{"type":"module"}');
  return folder;
}

/** A copy of an assembly of the orchard, with changed resources. */
export function changedOrchard(assembly: string, change: (resources: JsonRecord) => void): Folder {
  const folder = temporaryFolder();
  cpSync(assembly, folder.path, { recursive: true });
  const file = join(folder.path, 'Orchard.template.json');
  const template = asRecord(JSON.parse(readFileSync(file, 'utf8')));
  change(asRecord(template['Resources']));
  writeFileSync(file, JSON.stringify(template));
  return folder;
}

export interface Orchard {
  readonly cloud: LocalCloud;
  readonly clock: LocalClock;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a local cloud for the orchard. */
export async function startOrchard(options: Partial<LocalCloudOptions> = {}): Promise<Orchard> {
  const folder = options.assembly === undefined ? await buildOrchard() : undefined;
  const { clock = createLocalClock() } = options;
  try {
    const cloud = await startLocalCloud({ assembly: folder?.path ?? '', ...options, clock });
    const close = async (): Promise<void> => {
      await cloud.close();
      folder?.remove();
    };
    return { cloud, clock, url: cloud.apis[0]?.url ?? '', close };
  } catch (error) {
    folder?.remove();
    throw error;
  }
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonRecord;
  readonly text: string;
}

/** Fetches and reads the body, as JSON when it is some. */
export async function call(url: string, init: RequestInit = {}): Promise<JsonAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): JsonRecord {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The answer of an invocation that is expected to succeed. */
export async function invoked(cloud: LocalCloud, logicalId: string, payload: unknown): Promise<JsonRecord> {
  const result = await cloud.invoke(cloud.physicalId(logicalId), payload);
  if (!result.ok) throw new Error(`${logicalId} failed: ${JSON.stringify(result.error)}`);
  return asRecord(result.payload);
}
