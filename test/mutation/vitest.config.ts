import { defineConfig } from 'vitest/config';

/** The proof of the rule and nothing else: what it does not notice in `shared/domain`, nothing notices early enough. */
export default defineConfig({ test: { include: ['test/unit/domain/**/*.test.ts'], testTimeout: 60_000 } });
