import type { JsonObject } from '../../shared/domain/json.ts';

/** A user as Clerk has one: what every mirror of the bench is filled with. */
export interface BenchUser {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly imageUrl: string;
  readonly username: string;
  readonly externalId: string;
  readonly banned: boolean;
  readonly publicMetadata: JsonObject;
  /** ms. */
  readonly createdAt: number;
  /** ms; not whole seconds, which a token could have cut. */
  readonly updatedAt: number;
}

export function benchUser(id: string, over: Partial<BenchUser> = {}): BenchUser {
  return {
    id,
    email: `${id.replace('_', '.')}@example.com`,
    firstName: 'Ada',
    lastName: 'Example',
    imageUrl: `https://img.example.com/${id}.png`,
    username: id.replace('user_', ''),
    externalId: `customer-${id}`,
    banned: false,
    publicMetadata: { plan: 'team', seats: 12, features: ['export', 'audit'], locale: 'en-GB' },
    createdAt: Date.UTC(2026, 0, 15, 12, 0, 0, 123),
    updatedAt: Date.UTC(2026, 5, 15, 12, 0, 0, 456),
    ...over,
  };
}
