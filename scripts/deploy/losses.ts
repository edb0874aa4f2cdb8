import { z } from 'zod';

/** What of a template decides whether something is kept. */
const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).optional(),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

const Template = z.object({ Resources: z.record(z.string(), Resource) });
const Replica = z.object({ DeletionProtectionEnabled: z.literal(true) });
type Resource = z.infer<typeof Resource>;

/** Something that holds what nobody can make again. */
export interface Loss {
  readonly logicalId: string;
  /** In words: `the table of users`. */
  readonly what: string;
  /**
   * `deleted` with all that is in it; `left`, kept in the account but no longer used, so that its successor starts empty; `replaced`
   * by an empty one; `overwritten` by what the template has for a value; `unprotected`, still there, but the next deployment or the next
   * mistake takes it.
   */
  readonly how: 'deleted' | 'left' | 'replaced' | 'overwritten' | 'unprotected';
  /** What no longer protects it, by its names in the template. */
  readonly by?: readonly string[];
}

interface Kind {
  /** What it is to a person. */
  readonly what: string;
  /** The properties whose change makes CloudFormation replace it. */
  readonly fixed: readonly string[];
  /** Those whose change makes CloudFormation write it anew, over what somebody has put there since. */
  readonly content?: readonly string[];
}

const STATEFUL: Readonly<Record<string, Kind>> = {
  'AWS::DynamoDB::GlobalTable': {
    what: 'the table of users',
    fixed: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  },
  'AWS::DynamoDB::Table': { what: 'the table of users', fixed: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'] },
  'AWS::SecretsManager::Secret': {
    what: "the secret with Clerk's keys",
    fixed: ['Name'],
    content: ['SecretString', 'GenerateSecretString'],
  },
  'AWS::SNS::Topic': { what: 'the topic of alarms, with its subscribers', fixed: ['TopicName', 'FifoTopic'] },
  'AWS::Events::EventBus': { what: 'the bus that subscribers listen to', fixed: ['Name'] },
};

/**
 * What a deployment of `next` over `deployed` would lose.
 * @throws ZodError for what is no template
 */
export function lossesOf(deployed: unknown, next: unknown): readonly Loss[] {
  const coming = Template.parse(next).Resources;
  return statefulIn(deployed).flatMap(([logicalId, resource, kind]): readonly Loss[] => {
    const fate = fateUnder(coming[logicalId], resource, kind);
    return fate ? [{ logicalId, what: kind.what, ...fate }] : [];
  });
}

function fateUnder(next: Resource | undefined, now: Resource, kind: Kind): Pick<Loss, 'how' | 'by'> | undefined {
  if (next === undefined || next.Type !== now.Type) return { how: fateOf(now) };
  const changes = (name: string): boolean => !isSame(now.Properties?.[name], next.Properties?.[name]);
  if (kind.fixed.some(changes)) return { how: 'replaced' };
  if (kind.content?.some(changes)) return { how: 'overwritten' };
  const by = protectionsOf(now).filter((name) => !protectionsOf(next).includes(name));
  return by.length > 0 ? { how: 'unprotected', by } : undefined;
}

/** Names of what keeps it from being deleted. A global table has it for each replica: one without is one that can go. */
function protectionsOf({ DeletionPolicy, UpdateReplacePolicy, Properties = {} }: Resource): readonly string[] {
  const isKept = (policy: string | undefined): boolean => policy !== undefined && policy !== 'Delete';
  return [
    ...(isKept(DeletionPolicy) ? ['DeletionPolicy'] : []),
    ...(isKept(UpdateReplacePolicy) ? ['UpdateReplacePolicy'] : []),
    ...(isProtected(Properties) ? ['DeletionProtectionEnabled'] : []),
  ];
}

function isProtected({ DeletionProtectionEnabled: own, Replicas: replicas }: Record<string, unknown>): boolean {
  if (own !== undefined || !Array.isArray(replicas)) return own === true;
  const each: readonly unknown[] = replicas;
  return each.length > 0 && each.every((one) => Replica.safeParse(one).success);
}

/** What goes and what stays when the stack is destroyed. */
export function lossesOfAll(deployed: unknown): readonly Loss[] {
  return statefulIn(deployed).map(([logicalId, resource, { what }]) => ({ logicalId, what, how: fateOf(resource) }));
}

/** Whether it is the table: what is in it can be made again only as far as Clerk has it, and `app` not at all. */
export function isTable({ what }: Loss): boolean {
  return what === STATEFUL['AWS::DynamoDB::GlobalTable']?.what;
}

function statefulIn(template: unknown): readonly (readonly [string, Resource, Kind])[] {
  return Object.entries(Template.parse(template).Resources).flatMap(([logicalId, resource]) => {
    const kind = STATEFUL[resource.Type];
    return kind ? [[logicalId, resource, kind] as const] : [];
  });
}

function fateOf({ DeletionPolicy }: Resource): 'deleted' | 'left' {
  return DeletionPolicy?.startsWith('Retain') ? 'left' : 'deleted';
}

/** CloudFormation's values have no order of members that means anything. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
