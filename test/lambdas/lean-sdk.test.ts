// What the bundles leave out of the SDK changes nothing of what they keep.

import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import { BUNDLE_OPTIONS } from '../../lambdas/bundle.ts';
import { leanSchemas, neverLoaded } from '../../lambdas/lean-sdk.ts';

const root = join(import.meta.dirname, '..', '..');

test.each(['s3', 'dynamodb', 'sfn'])('the schemas of %s are what they were', async (client) => {
  const file = join(root, `node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`);
  const [lean, whole] = [await schemasOf(file, [leanSchemas]), await schemasOf(file, [])];
  expect(Object.keys(lean).length).toBeGreaterThan(100);
  expect(lean).toEqual(whole);
});

test("of S3's schemas those are kept that are used", async () => {
  const contents = "export { PutObjectCommand } from '@aws-sdk/client-s3';";
  const [lean, whole] = [await bundled(contents, [leanSchemas]), await bundled(contents, [])];
  for (const name of ['PutObjectRequest', 'x-amz-meta-', 'GetBucketAclRequest'])
    expect(whole).toContain(name);
  for (const name of ['PutObjectRequest', 'x-amz-meta-']) expect(lean).toContain(name);
  expect(lean).not.toContain('GetBucketAclRequest');
});

test('what is imported late for nothing is left out, and nothing that is imported at once', async () => {
  const contents = `
    export const late = () => [import('bowser'), import('@smithy/core/event-streams')];
    export { EventStreamMarshaller } from '@smithy/core/event-streams';`;
  const text = await bundled(contents, [neverLoaded]);
  expect([...text.matchAll(/import\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual([
    'bowser',
    '@smithy/core/event-streams',
  ]);
  expect(text).not.toMatch(/from\s*"@smithy/);
});

/** Each export as text: schemas name each other by functions. */
async function schemasOf(file: string, plugins: Plugin[]): Promise<Record<string, string>> {
  const contents = `export * from ${JSON.stringify(file)};`;
  const text = await bundled(contents, plugins);
  const schemas: Record<string, unknown> = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const textOf = (value: unknown) =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'function' ? String(each) : each));
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, textOf(schema)]));
}

async function bundled(contents: string, plugins: Plugin[]): Promise<string> {
  const { outputFiles } = await build({
    ...BUNDLE_OPTIONS,
    minify: false,
    // Of a module that has no file.
    banner: { js: '' },
    stdin: { contents, resolveDir: root },
    plugins,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
