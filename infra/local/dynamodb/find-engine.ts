import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Where a DynamoDB engine is to be had: one that runs already, or a program to start. */
export type EngineSource = { kind: 'endpoint'; url: string } | { kind: 'program'; path: string };

export interface EngineSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly arch: string;
  /** Resolves a module path such as `@dynoxide/linux-x64/package.json`; throws when it is not installed. */
  resolve(specifier: string): string;
}

const here: EngineSearch = {
  environment: process.env,
  platform: process.platform,
  arch: process.arch,
  resolve: (specifier) => createRequire(import.meta.url).resolve(specifier),
};

/**
 * Finds the engine: the endpoint that `AWS_ENDPOINT_URL_DYNAMODB` names (somebody asked for it, so it comes first),
 * else the installed package `@dynoxide/<platform>-<arch>`, else `dynoxide` on the `PATH`.
 * @throws An error that says how to get one when there is none.
 */
export function findEngine(search: EngineSearch = here): EngineSource {
  const url = search.environment['AWS_ENDPOINT_URL_DYNAMODB'];
  if (url !== undefined && url !== '') return { kind: 'endpoint', url: url.replace(/\/+$/, '') };
  const path = installedProgram(search) ?? programOnPath(search);
  if (path !== undefined) return { kind: 'program', path };
  throw new Error(
    `No DynamoDB engine was found for ${search.platform}-${search.arch}: the package ` +
      `@dynoxide/${search.platform}-${search.arch} is not installed and there is no "dynoxide" on the PATH. ` +
      'Install one (https://github.com/nubo-db/dynoxide has programs for other platforms), or start any other ' +
      'DynamoDB engine, such as DynamoDB Local, and set AWS_ENDPOINT_URL_DYNAMODB to its address.',
  );
}

function programName(platform: string): string {
  return platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
}

function installedProgram(search: EngineSearch): string | undefined {
  try {
    const description = search.resolve(`@dynoxide/${search.platform}-${search.arch}/package.json`);
    return executable(join(dirname(description), programName(search.platform)));
  } catch {
    return undefined;
  }
}

function programOnPath(search: EngineSearch): string | undefined {
  const folders = (search.environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => executable(join(folder, programName(search.platform)))).find((path) => path);
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
