import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

const PAGE = fileURLToPath(new URL('../page/', import.meta.url));

/**
 * The page's files by their path. Scripts and styles are put together in memory from what lies in `page/` and from uPlot in
 * `node_modules`: there is nothing to build, and nothing is written.
 */
export class PageFiles {
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined;

  async find(path: string): Promise<PageFile | undefined> {
    // With the first page that is opened: a start must not wait for it.
    this.#files ??= readAll();
    return (await this.#files).get(path);
  }
}

async function readAll(): Promise<ReadonlyMap<string, PageFile>> {
  const [html, icon, bundled] = await Promise.all([
    readFile(`${PAGE}index.html`, 'utf8'),
    readFile(`${PAGE}icon.svg`, 'utf8'),
    bundle(),
  ]);
  return new Map([
    ['/', { contentType: 'text/html; charset=utf-8', content: html }],
    ['/icon.svg', { contentType: 'image/svg+xml', content: icon }],
    ...bundled,
  ]);
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

async function bundle(): Promise<[string, PageFile][]> {
  const { outputFiles } = await build({
    entryPoints: [`${PAGE}main.ts`, `${PAGE}style/main.css`],
    entryNames: '[name]',
    outdir: '/',
    absWorkingDir: PAGE,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, contents }) => {
    const name = `/${path.split(/[/\\]/).at(-1) ?? ''}`;
    return [name, { contentType: TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain', content: contents }];
  });
}
