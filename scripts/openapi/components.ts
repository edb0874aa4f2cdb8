import * as z from 'zod/mini';
import {
  errorSchema,
  gatewayMessageSchema,
  syncAnswerSchema,
  webhookAnswerSchema,
} from '../../functions/http/schemas/answers.ts';
import {
  auditListSchema,
  conflictListSchema,
  eventActionSchema,
  importAnswerSchema,
  importRefusalSchema,
  quarantineListSchema,
  rosterActionSchema,
  rosterEntrySchema,
  rosterListSchema,
  runListSchema,
  runSchema,
  startedRunSchema,
  userActionSchema,
} from '../../functions/http/schemas/admin-answers.ts';
import {
  emptyRequestSchema,
  eraseRequestSchema,
  linkRequestSchema,
  rosterEntryRequestSchema,
} from '../../functions/http/schemas/admin-requests.ts';
import { appPatchSchema } from '../../functions/http/schemas/app-patch.ts';
import { healthSchema, userCountsSchema } from '../../functions/http/schemas/health.ts';
import { syncRequestSchema } from '../../functions/http/schemas/sync-request.ts';
import { userSchema } from '../../functions/http/schemas/user.ts';

/** The schemas of the document by their names there: the very ones that the functions check bodies with. */
const COMPONENTS = {
  User: userSchema,
  AppPatch: appPatchSchema,
  SyncRequest: syncRequestSchema,
  SyncAnswer: syncAnswerSchema,
  WebhookAnswer: webhookAnswerSchema,
  EmptyRequest: emptyRequestSchema,
  EraseRequest: eraseRequestSchema,
  RosterEntryRequest: rosterEntryRequestSchema,
  LinkRequest: linkRequestSchema,
  StartedRun: startedRunSchema,
  Run: runSchema,
  RunList: runListSchema,
  UserAction: userActionSchema,
  QuarantineList: quarantineListSchema,
  EventAction: eventActionSchema,
  RosterEntry: rosterEntrySchema,
  RosterList: rosterListSchema,
  RosterAction: rosterActionSchema,
  ImportAnswer: importAnswerSchema,
  ImportRefusal: importRefusalSchema,
  ConflictList: conflictListSchema,
  AuditList: auditListSchema,
  Health: healthSchema,
  UserCounts: userCountsSchema,
  Error: errorSchema,
  GatewayMessage: gatewayMessageSchema,
} as const satisfies Record<string, z.ZodMiniType>;

export type ComponentName = keyof typeof COMPONENTS;

/** A reference to a schema of the document. */
export function schemaRef(name: ComponentName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** Every schema in JSON Schema 2020-12, which OpenAPI 3.1 speaks; each may refer to the others. */
export function componentSchemas(): Readonly<Record<string, object>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    // Any JSON value: what it must not be is said in words.
    unrepresentable: 'any',
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  );
}
