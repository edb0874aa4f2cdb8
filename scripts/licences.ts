import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../infra/constructs/bundle.ts';
import { FUNCTION_NAMES, OPTIONAL_FUNCTION_NAMES } from '../infra/constructs/bundles.ts';
import { describeLicences } from './package/licences.ts';
import { usedPackages } from './package/notices.ts';

/** Writes docs/licences.md from what is in the bundles. */
const root = join(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'licences-'));
const inputs = [...FUNCTION_NAMES, ...OPTIONAL_FUNCTION_NAMES].map((name) => {
  const entry = join(root, 'functions', name, 'handler.ts');
  return [name, bundle(root, entry, join(scratch, name, 'index.mjs'))] as const;
});
await rm(scratch, { recursive: true });
await writeFile(join(root, 'docs/licences.md'), describeLicences(await usedPackages(root, inputs)));
