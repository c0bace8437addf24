import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // A whole run shares the machine with the database and the simulator that it starts.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    setupFiles: ['test/support/fast-check.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', ['json', { outputFile: 'coverage/results.json' }]],
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['server/**/*.ts', 'mappings/**/*.ts', 'simulator/**/*.ts', 'profiles/**/*.ts', 'tools/**/*.ts'],
      exclude: ['**/generated/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
});
