import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';

export type Handler = (event: unknown, context: unknown) => unknown;

/** Lambda looks for the module's file in this order. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

/**
 * Loads a handler as Lambda's Node runtime does: `index.handler`, `folder/index.handler`, `index.nested.handler`;
 * ES modules (also with top-level await) and CommonJS.
 * @param root The function's code folder.
 * @throws An error named as Lambda names it, when there is no such module or function.
 */
export async function loadHandler(root: string, handler: string): Promise<Handler> {
  const file = basename(handler);
  const [moduleName = '', ...exported] = file.split('.');
  const stem = join(root, dirname(handler), moduleName);
  const path = EXTENSIONS.map((extension) => stem + extension).find((candidate) => existsSync(candidate));
  if (path === undefined) throw named('Runtime.ImportModuleError', `Cannot find module '${moduleName}' of ${handler}.`);
  const found = exported.reduce(member, await load(path, root));
  if (!isHandler(found)) throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported.`);
  if (found.length > 2) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `${handler} takes a callback, which Node.js 24 on Lambda does not.`,
    );
  }
  return found;
}

async function load(path: string, root: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  if (!path.endsWith('.js') || existsSync(join(root, 'package.json'))) return importFrom(url);
  try {
    return runScript(path);
  } catch (error) {
    // Not CommonJS, then.
    if (error instanceof SyntaxError) return importFrom(url);
    throw error;
  }
}

/**
 * Runs a plain `.js` file as CommonJS. On Lambda nothing lies above the code folder; here a `package.json` further up
 * would have a say in what the file is, if Node were to load it.
 */
function runScript(path: string): unknown {
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  const script = compileFunction(readFileSync(path, 'utf8'), parameters, {
    filename: path,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module: { exports: unknown } = { exports: {} };
  Reflect.apply(script, module.exports, [module.exports, createRequire(path), module, path, dirname(path)]);
  return module.exports;
}

async function importFrom(url: string): Promise<unknown> {
  const loaded: unknown = await import(url);
  return loaded;
}

/** CommonJS exports that Node could not name statically are found under `default`. */
function member(holder: unknown, name: string): unknown {
  return ownMember(holder, name) ?? ownMember(ownMember(holder, 'default'), name);
}

function ownMember(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null || !(name in holder)) return undefined;
  const value: unknown = Reflect.get(holder, name);
  return value;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
