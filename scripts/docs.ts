/** `npm run docs`: writes `docs/configuration.md`, every setting that there is, from the code that reads it. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configurationDocument } from './docs/configuration.ts';

writeFileSync(fileURLToPath(new URL('../docs/configuration.md', import.meta.url)), configurationDocument());
console.log('docs/configuration.md is written.');
