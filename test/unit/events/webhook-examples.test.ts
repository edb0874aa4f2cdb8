import { beforeEach, describe, expect, it } from 'vitest';
import { AT, USER_ID, webhookExamples } from '../../support/clerk/webhook-examples/index.ts';
import type { WebhookWorld } from '../../support/functions/webhook-world.ts';
import { createWebhookWorld } from '../../support/functions/webhook-world.ts';

const INSTANCE = 'ins_ours';
const EXAMPLES = webhookExamples(INSTANCE);

/** What comes of an example in an empty table; all others are ignored. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'user.created': 'created',
  'user.updated': 'created',
  'user.deleted': 'deleted',
};

let world: WebhookWorld;
beforeEach(() => {
  world = createWebhookWorld();
  world.parts.time.set(AT + 1_000);
  world.deps = { ...world.deps, instance: { get: () => Promise.resolve(INSTANCE) } };
});

async function waiting(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of world.deps.quarantine.list()) ids.push(id);
  return ids;
}

describe('An event in the shape of every example of Clerk’s document', () => {
  it.each(EXAMPLES)('$type is accepted, counted by its name and not quarantined', async ({ type, payload }) => {
    const answer = await world.receive(world.signed(payload));
    expect(answer).toEqual({ status: 200, outcome: OUTCOMES[type] ?? 'ignored' });
    expect(world.parts.metrics.sum('WebhookReceived', { Type: type })).toBe(1);
    expect(await waiting()).toEqual([]);
    expect(world.parts.memory.users()).toHaveLength(type in OUTCOMES ? 1 : 0);
  });

  it('is one of all 45 types', () => {
    expect(new Set(EXAMPLES.map(({ type }) => type)).size).toBe(45);
  });

  it('tells one user’s story, when those about her come one after the other', async () => {
    const outcomes: unknown[] = [];
    for (const { payload } of EXAMPLES.filter(({ type }) => type in OUTCOMES))
      outcomes.push((await world.receive(world.signed(payload))).outcome);
    expect(outcomes).toEqual(['created', 'updated', 'deleted']);
    expect(await world.parts.memory.get(USER_ID)).toMatchObject({
      tombstone: { deletedAt: AT },
      profile: { content: { email: null, lastName: 'Okafor-Lind' } },
      record: { content: { username: 'nadia', publicMetadata: { team: 'maps' } } },
    });
  });

  it('is quarantined when it is about a user of another instance, and ignored when it is not about a user', async () => {
    world.deps = { ...world.deps, instance: { get: () => Promise.resolve('ins_theirs') } };
    const outcomes = new Map<string, unknown>();
    for (const { type, payload } of EXAMPLES) outcomes.set(type, (await world.receive(world.signed(payload))).outcome);
    const quarantined = [...outcomes].filter(([, outcome]) => outcome === 'quarantined').map(([type]) => type);
    expect(quarantined).toEqual(Object.keys(OUTCOMES));
    expect(await waiting()).toHaveLength(3);
  });
});
