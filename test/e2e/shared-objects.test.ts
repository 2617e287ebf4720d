// Objects that several items point at, put by no saga: a saga of one item leaves them to the others, and says so.

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { useStage } from './one-item.ts';

const stage = useStage();
const LOGO = 'items/shared/logo.png';

/** Two items that no saga wrote, and that point at one object. */
async function twoItems(): Promise<{ readonly uri: string; readonly logoIsThere: () => Promise<boolean> }> {
  const { s3, descriptor } = stage.store;
  await s3.send(new PutObjectCommand({ Bucket: descriptor.bucket, Key: LOGO, Body: 'png' }));
  const uri = `s3://${descriptor.bucket}/${LOGO}`;
  for (const id of [stage.typedKey, { id: { S: `${stage.key.id}-other` } }]) {
    await stage.store.putForeign({ ...id, logo: { S: uri } });
  }
  return { uri, logoIsThere: async () => (await stage.store.objects(LOGO)).length === 1 };
}

it.each([
  ['delete', {}],
  ['update', { set: { logo: 'none' } }],
  ['update', { remove: ['logo'] }],
  ['update', { largeAttributes: { logo: { text: 'another' } } }],
] as const)('%s with %j', async (operation, input) => {
  const { uri, logoIsThere } = await twoItems();
  const run = await stage.start(operation, input);
  expect(await run.end()).toMatchObject({ status: 'SUCCEEDED', output: { cleanup: 'done', letGo: [uri] } });
  expect(await logoIsThere()).toBe(true);
});

it('an update that leaves the attribute as it is lets go of nothing', async () => {
  await twoItems();
  const run = await stage.start('update', { set: { title: 'x' } });
  expect(await run.end()).toMatchObject({ status: 'SUCCEEDED', output: { letGo: [] } });
});
