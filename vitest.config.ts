import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/**
 * Tests of the tasks, which read their environment as they are loaded, and of the explorer, which runs the tasks: each file gets
 * modules of its own.
 */
const ISOLATED = ['test/explorer/**/*.test.ts', 'test/lambdas/**/*.test.ts'];

/** Tests of the client whose SDK clients test/client/mocks.ts replaces; with any other they would be replaced, too. */
const MOCKED = [
  'test/cli/lanes.test.ts',
  'test/client/{batch,many,sources,store,wait}/**/*.test.ts',
  'test/client/read/{read,torn-reads}.test.ts',
  'test/client/strangers.test.ts',
  'test/client/write/{express,handle,held-input,reused-buffers,staging,start,settle,used-names,used-sources}.test.ts',
];

/** Tests that take long for what they add: `npm run test:thorough` runs them, and so does CI. */
const THOROUGH = [
  'test/audit/{express/lanes,express/recordings,replay/replay}.test.ts',
  'test/aws/trial.test.ts',
  'test/bench/operations.test.ts',
  'test/cli/local.test.ts',
  'test/cli/items/{import,items,listing}.test.ts',
  'test/cli/runs/{replay,runs}.test.ts',
  'test/cli/sweep.test.ts',
  'test/client/sources/sources-many.test.ts',
  'test/conformance/{asl,aws-sdk,dynamodb,s3}/*.test.ts',
  'test/core/fuzz-long.test.ts',
  'test/client/{bundle,callers}.test.ts',
  'test/client/read/connections.test.ts',
  'test/e2e/all-props.test.ts',
  'test/e2e/{controls,controls-all,hazards-c,hazards-e}.test.ts',
  'test/e2e/large-copies.test.ts',
  'test/e2e/migration.test.ts',
  'test/e2e/odd-keys.test.ts',
  'test/e2e/removed-items.test.ts',
  'test/e2e/{sweep-races,templates}.test.ts',
  'test/e2e/storm.test.ts',
  'test/e2e/sweep-many.test.ts',
  'test/local-frame/lambda.test.ts',
  'test/local-data/*-kill.test.ts',
  'test/local-data/command.test.ts',
  'test/local-data/failing-writes.test.ts',
  'test/local-data/{conformance,contents}.test.ts',
  'test/local-data/full-disk.test.ts',
  'test/examples/{articles,foreign-app}.test.ts',
  'test/explorer/{known,mutations,*-all}.test.ts',
  'test/faults/*.test.ts',
  'test/lib/{replacement,validation}.test.ts',
  'test/local-iam/express-grants.test.ts',
  'test/local-iam/operator-grants.test.ts',
  'test/local-iam/product-grants.test.ts',
  'test/monitoring/{express,runs,schedule,stream,sweeps}.test.ts',
  'test/package/**/*.test.ts',
  'test/soak/crash.test.ts',
  'test/soak/soak.test.ts',
  'test/upgrades/tasks.test.ts',
  'test/upgrades/runs.test.ts',
];

/** Tests in a real Chromium, which `npm run test:browser` installs where it is missing. */
const BROWSER = ['test/browser/**/*.test.ts'];

/** Programs in other languages; `npm run test:languages` installs what they need. */
const LANGUAGES = ['test/languages/**/*.test.ts'];

/** What others say of the templates; `npm run test:judges` installs who they are. */
const JUDGES = ['test/judges/**/*.test.ts'];

/** A deployment by the CDK's own command into MiniStack. */
const DEPLOYMENTS = ['test/deploy/**/*.test.ts'];

/** A project whose files share modules: loading the SDK and the CDK anew for each would take a third of the time. */
function sharing(name: string, include: string[], exclude: string[]) {
  return {
    extends: true as const,
    test: { name, include, exclude: [...configDefaults.exclude, ...exclude], isolate: false },
  };
}

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    globalSetup: 'test/global-setup.ts',
    env: {
      // The SDK's reminder about Node.js versions of 2027 would stand before every file.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      // Checking templates against CloudFormation's schemas costs seconds; test/lib/validation.test.ts does it.
      CDK_VALIDATION: 'false',
      // Tasks that a test calls itself; those of a local cloud have an environment of their own.
      AWS_LAMBDA_LOG_LEVEL: 'FATAL',
    },
    // Generous, so that a busy machine fails nothing; no test waits this long for what it expects.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // More than the cores: a file waits about a third of its time, for pauses and other processes.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'isolated', include: ISOLATED, exclude: [...configDefaults.exclude, ...THOROUGH] },
      },
      sharing('mocked', MOCKED, THOROUGH),
      sharing(
        'shared',
        ['test/**/*.test.ts'],
        [...ISOLATED, ...MOCKED, ...THOROUGH, ...BROWSER, ...LANGUAGES, ...JUDGES, ...DEPLOYMENTS],
      ),
      // Real installs of packages, beside other work.
      {
        extends: true,
        test: {
          name: 'thorough',
          include: THOROUGH,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // They wait for longer: for pauses in real time, and for processes that they kill.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'browser', include: BROWSER, testTimeout: 300_000 } },
      { extends: true, test: { name: 'languages', include: LANGUAGES, testTimeout: 180_000 } },
      {
        extends: true,
        test: { name: 'deploy', include: DEPLOYMENTS, testTimeout: 600_000, hookTimeout: 600_000 },
      },
      {
        extends: true,
        test: { name: 'judges', include: JUDGES, testTimeout: 600_000, hookTimeout: 600_000, isolate: false },
      },
    ],
  },
});
