import packageJson from '../../package.json' with { type: 'json' };
import { componentSchemas, schemaRef } from './components.ts';
import type { AnswerText, BodyText, Operation, RefusalText } from './operation.ts';
import { gatewayTexts } from './operation.ts';
import { OPERATIONS } from './operations.ts';

const JSON_TYPE = 'application/json';

/** The HTTP API in OpenAPI 3.1, made of the schemas that the functions themselves go by. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: INFO,
    servers: [
      { url: '{api}', description: "The stack's API", variables: { api: { default: 'http://localhost:3000' } } },
    ],
    security: [{ sessionToken: [] }, { sessionCookie: [] }],
    paths: pathsOf(OPERATIONS),
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        sessionToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "Clerk's session token." },
        adminKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An admin key, `cds_…`. Its routes are there where the stack was made with `admin`.',
        },
        sessionCookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__session',
          description: 'The same, where the stack takes it from the cookie (`tokenFrom`).',
        },
      },
    },
  };
}

const INFO = {
  title: packageJson.name,
  version: packageJson.version,
  license: { name: packageJson.license, identifier: packageJson.license },
  description:
    `${packageJson.description}.\n\nEvery refusal of ours is \`{ error: { code, message } }\`: go by the code. API Gateway refuses some ` +
    'requests by itself, with `{ message }`; among them, with 404 and `Not Found`, every path and every method that is not here. ' +
    'A later version may answer with more members than this one lists.',
};

function pathsOf(operations: readonly Operation[]): object {
  const paths = Object.groupBy(operations, ({ path }) => path);
  return Object.fromEntries(
    Object.entries(paths).map(([path, group = []]) => [
      path,
      Object.fromEntries(group.map((operation) => [operation.method, describeOperation(operation)])),
    ]),
  );
}

function describeOperation(operation: Operation): object {
  const { id, summary, description, access, parameters, body } = operation;
  return {
    operationId: id,
    summary,
    description,
    ...(access !== 'signed-in' && { security: access === 'public' ? [] : [{ adminKey: [] }] }),
    ...(parameters && { parameters }),
    ...(body && { requestBody: describeBody(body) }),
    responses: responsesOf(operation),
  };
}

function describeBody({ required, mediaTypes, schema }: BodyText): object {
  const content = { schema: schema === 'anything' ? {} : schemaRef(schema) };
  return { required, content: Object.fromEntries(mediaTypes.map((type) => [type, content])) };
}

/** One way to answer with a status; there may be several, of ours and of the gateway's. */
interface Case {
  readonly status: number;
  readonly description: string;
  readonly schema: object;
  readonly retryAfter?: boolean | undefined;
}

function responsesOf(operation: Operation): object {
  const cases = [
    ...operation.answers.map(answerCase),
    ...refusalCases(operation.refusals),
    ...gatewayTexts(operation).map(({ status, message, why }) => ({
      status,
      description: `API Gateway: ${why}.`,
      schema: { allOf: [schemaRef('GatewayMessage'), { properties: { message: { const: message } } }] },
    })),
  ];
  const byStatus = Object.groupBy(cases, ({ status }) => String(status));
  return Object.fromEntries(Object.entries(byStatus).map(([status, same = []]) => [status, responseOf(same)]));
}

function answerCase({ status, description, schema }: AnswerText): Case {
  return { status, description, schema: schemaRef(schema) };
}

/** One for all codes of a status. */
function refusalCases(refusals: readonly RefusalText[]): readonly Case[] {
  const byStatus = Object.groupBy(refusals, ({ status }) => status);
  return Object.values(byStatus).flatMap((same = []) =>
    same.slice(0, 1).map(({ status }) => refusalCase(status, same)),
  );
}

function refusalCase(status: number, refusals: readonly RefusalText[]): Case {
  const codes = refusals.map(({ code }) => code);
  return {
    status,
    description: refusals.map(({ code, description }) => `\`${code}\`: ${description}`).join('\n\n'),
    schema: {
      allOf: [schemaRef('Error'), { properties: { error: { properties: { code: { enum: codes } } } } }],
    },
    retryAfter: refusals.some(({ retryAfter }) => retryAfter),
  };
}

function responseOf(cases: readonly Case[]): object {
  const [first] = cases;
  const schema = cases.length === 1 && first ? first.schema : { oneOf: cases.map(({ schema }) => schema) };
  return {
    description: cases.map(({ description }) => description).join('\n\n'),
    ...(cases.some(({ retryAfter }) => retryAfter) && { headers: { 'Retry-After': RETRY_AFTER } }),
    content: { [JSON_TYPE]: { schema } },
  };
}

const RETRY_AFTER = { description: 'When to come again, seconds.', schema: { type: 'integer' } };
