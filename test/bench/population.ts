import { benchUser } from './user.ts';
import type { BenchUser } from './user.ts';

const FIRST_CAME = Date.UTC(2023, 0, 1);
const LAST_CAME = Date.UTC(2026, 5, 1);

/** The users of a Clerk instance of some age: they came evenly over three and a half years. In parts of at most `size`. */
export function* population(users: number, size: number): Generator<readonly BenchUser[]> {
  const step = (LAST_CAME - FIRST_CAME) / users;
  for (let from = 0; from < users; from += size) {
    const count = Math.min(size, users - from);
    yield Array.from({ length: count }, (_, n) => userNumber(from + n, step));
  }
}

/** One of them, from 0 on. */
export function userOf(users: number, n: number): BenchUser {
  return userNumber(n, (LAST_CAME - FIRST_CAME) / users);
}

function userNumber(n: number, step: number): BenchUser {
  const createdAt = FIRST_CAME + Math.floor(n * step);
  return benchUser(`user_bench${String(n).padStart(9, '0')}`, { createdAt, updatedAt: createdAt + 60_000 });
}
