import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from there
export default defineConfig({
  test: {
    include: ['test/conformance/s3/moto.conformance.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
