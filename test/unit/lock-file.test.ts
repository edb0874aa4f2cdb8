import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../..', path), 'utf8'));
const manifest = read('package.json') as {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly workspaces: readonly string[];
};
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Entry>> };
/** Everything that npm installs from elsewhere. */
const installed = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
const engine = read(`${manifest.workspaces[0]}/package.json`) as {
  readonly optionalDependencies: Record<string, string>;
};

/** Of tools, which are not passed on. What functions are made of has a shorter list: scripts/package/licences.ts. */
const LICENCES = [
  '(MIT OR Apache-2.0)',
  '(MIT OR GPL-3.0-or-later)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'Unlicense',
];

describe('the lock file', () => {
  it('has all there is to install', () => {
    expect(installed.length).toBeGreaterThan(400);
  });

  it('knows every package by its content, also those for other machines, unless it comes inside another', () => {
    const unknown = installed.filter(([, { integrity, inBundle, link }]) => !inBundle && !link && !integrity);
    expect(unknown).toEqual([]);
    const weak = installed.filter(([, { integrity }]) => integrity !== undefined && !integrity.startsWith('sha512-'));
    expect(weak).toEqual([]);
  });

  it('takes nothing from git, a file or an address: only what a registry has under its name', () => {
    const elsewhere = installed.filter(([, { resolved, link }]) => resolved !== undefined && !link);
    expect(elsewhere).toEqual([]);
    const links = installed.filter(([, { link }]) => link).map(([, { resolved }]) => resolved);
    expect(links).toEqual(manifest.workspaces);
  });

  it('lets those packages alone run scripts when they are installed that somebody has looked at', () => {
    const withScripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    expect(withScripts.toSorted()).toEqual(Object.keys(manifest.allowScripts).toSorted());
  });

  it('has no licence that nobody has looked at', () => {
    const odd = installed.filter(([, { license, link }]) => !link && !LICENCES.includes(license ?? ''));
    expect(odd.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
  });

  it('is of dependencies that are pinned, each to one version', () => {
    const all = Object.entries({ ...manifest.devDependencies, ...engine.optionalDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    for (const [name, version] of all) expect(packages[`node_modules/${name}`]?.version).toBe(version);
  });
});

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
