import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../functions/http/refusals.ts';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';

interface Response {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Document {
  readonly openapi: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: Readonly<Record<'schemas' | 'securitySchemes', Readonly<Record<string, object>>>>;
}

const text = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
const document = JSON.parse(text) as Document;
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('docs/openapi.json', () => {
  it('is what `npm run openapi` writes: run it after a change of the API', () => {
    expect(document).toEqual(openApiDocument());
    expect(text).toBe(`${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
  });

  it('is OpenAPI 3.1, of known methods below paths that begin with a slash', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(Object.keys(document).toSorted()).toEqual([
      'components',
      'info',
      'jsonSchemaDialect',
      'openapi',
      'paths',
      'security',
      'servers',
    ]);
    for (const { path, method } of described) {
      expect(path).toMatch(/^(\/[\w{}-]+)+$/);
      expect(['get', 'put', 'post', 'delete', 'patch']).toContain(method);
    }
  });

  it('names every operation once, and says what each of its answers means', () => {
    const ids = described.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(OPERATIONS.length);
    for (const { operation } of described) {
      expect(operation.summary).not.toBe('');
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/);
        expect(description).not.toBe('');
        expect(Object.keys(content)).toEqual(['application/json']);
      }
    }
  });

  it('refers to nothing that it does not have', () => {
    const names = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, ref]) => ref ?? '');
    expect(names.length).toBeGreaterThan(10);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !names.includes(name))).toEqual([]);
    const requirements = [document.security, ...described.map(({ operation }) => operation.security ?? [])].flat();
    const schemes = new Set(requirements.flatMap((requirement) => Object.keys(requirement)));
    expect([...schemes].toSorted()).toEqual(Object.keys(document.components.securitySchemes).toSorted());
  });

  it('has schemas that are sound JSON Schema of 2020-12', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
    ajv.addFormat('date-time', true);
    ajv.addVocabulary([...Object.keys(document), ...Object.keys(document.components)]);
    ajv.addSchema(document, 'document');
    const schemas = described.flatMap(({ operation: { requestBody, responses } }) =>
      [requestBody ?? { content: {} }, ...Object.values(responses)].flatMap(({ content }) =>
        Object.values(content).map(({ schema }) => schema),
      ),
    );
    for (const schema of schemas) ajv.compile(absolute(schema));
    expect(schemas.length).toBeGreaterThan(30);
  });

  it('needs a token or key but where the route is public, and tells what is answered without one', () => {
    for (const { operation } of described) {
      const isOpen = operation.security?.length === 0;
      const isAdmin = operation.security?.some((requirement) => 'adminKey' in requirement) ?? false;
      expect(Object.hasOwn(operation.responses, '401')).toBe(!isOpen);
      // A valid key may do everything: what it may not is told by 404 and 409.
      expect(Object.hasOwn(operation.responses, '403')).toBe(!isOpen && !isAdmin);
    }
  });

  it('lists every refusal that the functions can tell apart, but the one of a route that is wired wrongly', () => {
    const listed = [...text.matchAll(/`(\w+)`: /g)].map(([, code]) => code ?? '');
    const unlisted = Object.keys(REFUSALS).filter((code) => !listed.includes(code));
    expect(unlisted).toEqual(['route_not_found']);
  });
});

/** The same schema with its references into the document, to compile it on its own. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object;
}
