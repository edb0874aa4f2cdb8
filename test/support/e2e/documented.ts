import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, object>> }>>>
  >;
}

/** The committed description of the HTTP API, and a judge of answers by it. */
export interface Documented {
  /** What is documented: `GET /users/me 200`, and so on. */
  readonly answers: readonly string[];
  /** @returns what is wrong with an answer by the document's schema; empty if nothing is */
  problems(answer: string, body: unknown): readonly string[];
}

const FILE = new URL('../../../docs/openapi.json', import.meta.url);

export function readDocument(): OpenApi {
  return JSON.parse(readFileSync(FILE, 'utf8')) as OpenApi;
}

export function documented(): Documented {
  const document = readDocument();
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
  ajv.addSchema(document, 'openapi');
  const pointers = new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status): [string, string] => [
          `${method.toUpperCase()} ${path} ${status}`,
          `openapi#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${status}/content/application~1json/schema`,
        ]),
      ),
    ),
  );
  const validators = new Map<string, ValidateFunction>();
  return {
    answers: [...pointers.keys()],
    problems(answer, body) {
      const $ref = pointers.get(answer);
      if ($ref === undefined) return [`${answer} is not documented.`];
      const validate = validators.get(answer) ?? ajv.compile({ $ref });
      validators.set(answer, validate);
      if (validate(body)) return [];
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
  };
}
