import { defineConfig } from 'vitest/config';
import { narrowClients } from './test/support/narrow/narrow-clients.ts';

/**
 * Tests start real processes (a DynamoDB engine, a local cloud): the limits are generous, for a loaded machine with two cores. What
 * is waited for, too: Vitest's own limit for `expect.poll` is a second.
 */
const limits = { testTimeout: 30_000, hookTimeout: 120_000, expect: { poll: { timeout: 20_000 } } };

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Expected errors are logged while tests pass: only those of a failing test are worth reading.
    silent: 'passed-only',
    globalSetup: ['test/support/scratch.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...limits } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...limits } },
      {
        plugins: [narrowClients()],
        test: {
          name: 'narrow',
          include: [
            'test/narrow/**/*.test.ts',
            'test/contract/{dynamodb-store-failures,instance-store,quarantine-store,roster-store}.test.ts',
            'test/unit/config/secrets-manager-*.test.ts',
          ],
          ...limits,
        },
      },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], ...limits } },
      { test: { name: 'infra', include: ['test/infra/**/*.test.ts'], ...limits } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/e2e/assembly.ts'],
          ...limits,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
