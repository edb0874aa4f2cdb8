/** `npm run openapi`: writes `docs/openapi.json`, the HTTP API in OpenAPI 3.1, from the schemas that the functions go by. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from './openapi/document.ts';

const file = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
console.log('docs/openapi.json is written.');
