import { defineConfig } from 'vitest/config';

/** What takes too long for every change: `npm run test:long`. Nothing here has any business beside something else. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    globalSetup: ['test/support/scratch.ts', 'test/support/e2e/assembly.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
