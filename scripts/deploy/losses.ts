import { z } from 'zod';

/** What of a template decides whether something is kept. */
const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).optional(),
  DeletionPolicy: z.string().optional(),
});

const Template = z.object({ Resources: z.record(z.string(), Resource) });
type Resource = z.infer<typeof Resource>;

/** Something that holds what nobody can make again. */
export interface Loss {
  readonly logicalId: string;
  /** In words: `the table of users`. */
  readonly what: string;
  /**
   * `deleted` with all that is in it; `left`, kept in the account but no longer used, so that its successor starts empty; `replaced`
   * by an empty one.
   */
  readonly how: 'deleted' | 'left' | 'replaced';
}

/** By type: what it is to a person, and the properties whose change makes CloudFormation replace it. */
const STATEFUL: Readonly<Record<string, { readonly what: string; readonly fixed: readonly string[] }>> = {
  'AWS::DynamoDB::GlobalTable': {
    what: 'the table of users',
    fixed: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  },
  'AWS::DynamoDB::Table': { what: 'the table of users', fixed: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'] },
  'AWS::SecretsManager::Secret': { what: "the secret with Clerk's keys", fixed: ['Name'] },
  'AWS::SNS::Topic': { what: 'the topic of alarms, with its subscribers', fixed: ['TopicName', 'FifoTopic'] },
  'AWS::Events::EventBus': { what: 'the bus that subscribers listen to', fixed: ['Name'] },
};

/**
 * What a deployment of `next` over `deployed` would lose.
 * @throws ZodError for what is no template
 */
export function lossesOf(deployed: unknown, next: unknown): readonly Loss[] {
  const coming = Template.parse(next).Resources;
  return statefulIn(deployed).flatMap(([logicalId, resource, { what, fixed }]): readonly Loss[] => {
    const successor = coming[logicalId];
    if (successor === undefined || successor.Type !== resource.Type) {
      return [{ logicalId, what, how: fateOf(resource) }];
    }
    const isReplaced = fixed.some((name) => !isSame(resource.Properties?.[name], successor.Properties?.[name]));
    return isReplaced ? [{ logicalId, what, how: 'replaced' }] : [];
  });
}

/** What goes and what stays when the stack is destroyed. */
export function lossesOfAll(deployed: unknown): readonly Loss[] {
  return statefulIn(deployed).map(([logicalId, resource, { what }]) => ({ logicalId, what, how: fateOf(resource) }));
}

/** Whether it is the table: what is in it can be made again only as far as Clerk has it, and `app` not at all. */
export function isTable({ what }: Loss): boolean {
  return what === STATEFUL['AWS::DynamoDB::GlobalTable']?.what;
}

function statefulIn(
  template: unknown,
): readonly (readonly [string, Resource, { what: string; fixed: readonly string[] }])[] {
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
