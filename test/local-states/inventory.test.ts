// S3 Inventories as the source of a Distributed Map. A whole sweep by a zipped one is in test/e2e/sweep-inventory.test.ts.

import { expect, it } from 'vitest';
import { distributedMap, mapScenario, reader } from './distributed.ts';
import { BUCKET } from './object-store.ts';

const MANIFEST = {
  sourceBucket: 'docs',
  destinationBucket: `arn:aws:s3:::${BUCKET}`,
  fileFormat: 'CSV',
  fileSchema: 'Bucket, Key, Size, LastModifiedDate',
  files: [{ key: 'data/one.csv' }, { key: 'data/two.csv' }],
};
const FILES = {
  'data/one.csv':
    '"docs","a%2Fb","3","2026-01-02T03:04:05.000Z"\n"docs","c+d","4","2026-01-02T03:04:06.000Z"\n',
  'data/two.csv': '"docs","e","5","2026-01-02T03:04:07.000Z"\n',
  'data/broken.csv.gz': 'no gzip',
};

async function read(manifest: unknown, ReaderConfig: object): Promise<unknown> {
  const ItemReader = reader('getObject', { Bucket: BUCKET, Key: 'manifest.json' }, ReaderConfig);
  await using run = await mapScenario(distributedMap({ ItemReader }));
  await run.store.put('manifest.json', JSON.stringify(manifest));
  for (const [key, content] of Object.entries(FILES)) await run.store.put(key, content);
  const { output, error, cause } = await run.run();
  return output === undefined ? { error, cause } : JSON.parse(output);
}

it.each([[{ InputType: 'MANIFEST' }], [{ ManifestType: 'S3_INVENTORY' }]])(
  '%j reads the rows of all its files, under the names of its schema, as they stand there',
  async (config) => {
    expect(await read(MANIFEST, config)).toEqual([
      { Bucket: 'docs', Key: 'a%2Fb', Size: '3', LastModifiedDate: '2026-01-02T03:04:05.000Z' },
      { Bucket: 'docs', Key: 'c+d', Size: '4', LastModifiedDate: '2026-01-02T03:04:06.000Z' },
      { Bucket: 'docs', Key: 'e', Size: '5', LastModifiedDate: '2026-01-02T03:04:07.000Z' },
    ]);
  },
);

it.each([
  ['in Parquet', { ...MANIFEST, fileFormat: 'Parquet' }, /must be CSV, but it is Parquet/],
  ['whose file is not there', { ...MANIFEST, files: [{ key: 'data/three.csv' }] }, /NoSuchKey/],
  [
    'whose file is broken',
    { ...MANIFEST, files: [{ key: 'data/broken.csv.gz' }] },
    /data\/broken\.csv\.gz: incorrect header/,
  ],
  ['that is none', { a: 1 }, /not one of an S3 Inventory/],
])('one %s fails the reader', async (_, manifest, cause) => {
  expect(await read(manifest, { InputType: 'MANIFEST' })).toEqual({
    error: 'States.ItemReaderFailed',
    cause: expect.stringMatching(cause),
  });
});
