import { configDefaults, defineConfig } from 'vitest/config';

/** Tests that replace the SDK's clients by mocks: each file gets modules of its own. */
const MOCKING = ['test/lambdas/**/*.test.ts', 'test/client/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: 'test/global-setup.ts',
    // The SDK's reminder about Node.js versions of 2027 would stand before every file.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'mocked', include: MOCKING } },
      {
        extends: true,
        // Files share modules: loading the SDK and the CDK anew for each would take a third of the time.
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...MOCKING],
          isolate: false,
        },
      },
    ],
  },
});
