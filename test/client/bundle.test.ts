// The client as a bundler takes it: what is in it, what is left out, and that it runs where there is no Node.js.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { storeIn } from '../../core/contract/store.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import type { Given, run } from './page.ts';

const root = join(import.meta.dirname, '..', '..');
const BROWSER = { platform: 'browser', conditions: ['browser'] } as const satisfies BuildOptions;

/** What a client has no use for. */
const KEPT_OUT =
  /node_modules\/(?:aws-cdk-lib|constructs|commander|dynalite|jsonata|fast-xml-parser)\/|^(?:local|lib|cli|audit|lambdas)\//;
/** Where stores are looked up, which a page has no rights to. */
const LOOKUPS = /node_modules\/@aws-sdk\/client-(?:ssm|cloudformation)\//;

/** Bundles a module of its own that says `source`. */
async function bundled(source: string, options: BuildOptions): Promise<{ inputs: string[]; bytes: number }> {
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: join(root, 'test', 'client'), loader: 'ts' },
    absWorkingDir: root,
    outfile: 'bundle.mjs',
    format: 'esm',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...options,
  });
  return summary(metafile as Metafile);
}

/** Counts only what is left after tree-shaking. */
function summary({ outputs }: Metafile): { inputs: string[]; bytes: number } {
  const all = Object.values(outputs);
  const used = all.flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return { inputs: used.map(([name]) => name), bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
}

const EVERYTHING = "export * from '../../client/index.ts';";

describe('for a browser', () => {
  test('it is the client, its rules and the SDK, without look-ups or anything of Node.js', async () => {
    const { inputs, bytes } = await bundled(EVERYTHING, BROWSER);
    expect(inputs).toContain('client/platform/platform.browser.ts');
    expect(inputs.filter((name) => KEPT_OUT.test(name) || LOOKUPS.test(name))).toEqual([]);
    // Measured 571 KB, 177 KB compressed: docs/configuration.md says so.
    expect(bytes).toBeLessThan(600_000);
  });

  test('a module that is of Node.js alone cannot slip in', async () => {
    const slipped = bundled("export { writeToken } from '../../core/saga/digests.ts';", BROWSER);
    await expect(slipped).rejects.toThrow('node:crypto');
  });
});

describe('for Node.js', () => {
  test('it holds no CDK, no local cloud, no command line', async () => {
    const { inputs } = await bundled(EVERYTHING, { platform: 'node' });
    expect(inputs).toContain('client/platform/platform.ts');
    expect(inputs.filter((name) => KEPT_OUT.test(name))).toEqual([]);
    expect(inputs.filter((name) => LOOKUPS.test(name)).length).toBeGreaterThan(0);
  });

  test('the contract alone brings no client of AWS', async () => {
    const { inputs } = await bundled("export * from '../../core/index.ts';", { platform: 'node' });
    expect(inputs.filter((name) => /@aws-sdk|^client/.test(name))).toEqual([]);
  });
});

test('of an error class alone nothing else is left', async () => {
  const { inputs, bytes } = await bundled("export { Rejected } from '../../client/index.ts';", BROWSER);
  expect(inputs.filter((name) => name !== '<stdin>')).toEqual([
    'client/errors/errors.ts',
    'client/errors/write-errors.ts',
  ]);
  expect(bytes).toBeLessThan(2_000);
});

describe('where there is no Node.js', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({ assembly: inject('assembly'), timeScale: 60, warmUp: false });
  });
  afterAll(() => cloud.stop());

  test('items are created, read and deleted', async () => {
    const store = storeIn(cloud.outputs.Twinwrite ?? {});
    const { endpoint, credentials } = cloud;
    const {
      outputFiles: [script],
    } = await build({
      ...BROWSER,
      entryPoints: [join(root, 'test', 'client', 'page.ts')],
      globalName: 'page',
      bundle: true,
      write: false,
      logLevel: 'silent',
    });
    expect(await runInPage(script?.text ?? '', { store, endpoint, credentials })).toEqual({
      title: 'Grüße',
      page: '<h1>Grüße</h1>',
      picture: { type: 'image/png', bytes: 300_000 },
      film: {
        sha256: createHash('sha256')
          .update(Buffer.alloc(2 * 1024 ** 2, 7))
          .digest('hex'),
        bytes: 2 * 1024 ** 2,
      },
      refused: expect.stringContaining('no file a in a browser; give a Blob or a stream'),
      lost: expect.stringContaining('give the store to the constructor'),
      left: undefined,
    });
  });
});

/**
 * What browsers have of what Node.js has, as globals of a context of its own; typed arrays among it, so that those of the
 * context are the same as `fetch` knows.
 */
const OF_THE_WEB = [
  ...['fetch', 'Request', 'Response', 'Headers', 'URL', 'URLSearchParams', 'Blob', 'File'],
  ...['ReadableStream', 'WritableStream', 'TransformStream', 'TextEncoder', 'TextDecoder', 'atob', 'btoa'],
  ...['AbortController', 'AbortSignal', 'Event', 'EventTarget', 'DOMException', 'crypto', 'performance'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'structuredClone'],
  ...['ArrayBuffer', 'DataView', 'Uint8Array', 'console'],
] as const;

async function runInPage(script: string, given: Given): ReturnType<typeof run> {
  const globals = Object.fromEntries(
    OF_THE_WEB.map((name) => [name, globalThis[name as keyof typeof globalThis]]),
  );
  const context = createContext({ ...globals, given });
  runInContext(script, context);
  // The context's objects are no instances of this one's.
  return structuredClone(await runInContext('page.run(given)', context));
}
