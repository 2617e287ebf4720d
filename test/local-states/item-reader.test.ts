import { describe, expect, it } from 'vitest';
import { distributedMap, mapScenario, reader } from './distributed.ts';
import { BUCKET } from './object-store.ts';
import { deferred, invoke } from './support.ts';

/** What each child gets of an object with this content. */
async function itemsOf(
  content: string,
  ReaderConfig: Record<string, unknown>,
  fields: Record<string, unknown> = {},
) {
  const ItemReader = reader('getObject', { Bucket: BUCKET, Key: '{% $states.input.key %}' }, ReaderConfig);
  await using run = await mapScenario(distributedMap({ ItemReader, ...fields }));
  await run.store.put('items', content);
  const { output, error, cause } = await run.run({ key: 'items' });
  return output === undefined ? { error, cause } : (JSON.parse(output) as unknown);
}

const CSV = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };

describe('an item reader', () => {
  it('lists objects, page by page, in the shape that AWS documents', async () => {
    const ItemReader = reader('listObjectsV2', { Bucket: BUCKET, Prefix: 'p/', MaxKeys: 2 });
    await using run = await mapScenario(distributedMap({ ItemReader }));
    for (const key of ['p/1', 'p/2', 'p/3', 'other']) await run.store.put(key, 'text data');
    const items = JSON.parse((await run.run()).output ?? '');
    expect(items).toHaveLength(3);
    expect(items[0]).toEqual({
      Etag: '"332eec544317a6d340b8e77da7fe54ad"',
      Key: 'p/1',
      LastModified: Date.parse('2026-01-01T00:00:00Z') / 1000,
      Size: 9,
      StorageClass: 'STANDARD',
    });
    expect(run.store.requests.filter((request) => request.includes('list-type=2'))).toHaveLength(2);
  });

  it('reads no page of a list further than MaxItems needs', async () => {
    const config = { MaxItems: 2 };
    const ItemReader = reader('listObjectsV2', { Bucket: BUCKET, MaxKeys: 2 }, config);
    await using run = await mapScenario(
      distributedMap({ ItemReader, ItemSelector: '{% $states.context.Map.Item.Value.Key %}' }),
    );
    for (const key of ['1', '2', '3', '4']) await run.store.put(key, '');
    expect((await run.run()).output).toBe('["1","2"]');
    expect(run.store.requests).toHaveLength(1);
  });

  it('reads a list no faster than its children end', async () => {
    const gate = deferred();
    let calls = 0;
    const f = () => {
      calls += 1;
      return gate.promise;
    };
    const ItemReader = reader('listObjectsV2', { Bucket: BUCKET, MaxKeys: 2 });
    const map = distributedMap({ ItemReader, MaxConcurrency: 2 }, { Call: invoke('f') });
    await using run = await mapScenario(map, { f });
    for (const key of ['1', '2', '3', '4', '5']) await run.store.put(key, '');
    await run.start();
    while (calls < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(run.store.requests).toHaveLength(1);
    gate.resolve();
    expect((await run.ended()).status).toBe('SUCCEEDED');
    expect(run.store.requests).toHaveLength(3);
  });

  it.for([
    ['JSON', '[{"a":1},2]', { InputType: 'JSON' }, [{ a: 1 }, 2]],
    ['JSON below a pointer', '{"a":{"b/c":[1]}}', { InputType: 'JSON', ItemsPointer: '/a/b~1c' }, [1]],
    ['JSON Lines', '{"a":1}\n\n[2]\n', { InputType: 'JSONL' }, [{ a: 1 }, [2]]],
    ['JSON Lines without a last line feed', '1\n2', { InputType: 'JSONL' }, [1, 2]],
    [
      'CSV',
      'H1,H2\nv1,v2\r\nv3,v4',
      CSV,
      [
        { H1: 'v1', H2: 'v2' },
        { H1: 'v3', H2: 'v4' },
      ],
    ],
    ['CSV with quotation marks', 'H\n"a,""b""\nc"\n""\n', CSV, [{ H: 'a,"b"\nc' }, { H: '' }]],
    [
      'CSV of missing and extra values',
      'H1,H2\nv1\nv2,v3,v4\n',
      CSV,
      [
        { H1: 'v1', H2: '' },
        { H1: 'v2', H2: 'v3' },
      ],
    ],
    ['CSV with an empty header', 'H1,\nv4,v5,v6', CSV, [{ '': 'v5', H1: 'v4' }]],
    [
      'CSV with given headers',
      'v1,v2\nv3,v4',
      { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['H1'] },
      [{ H1: 'v1' }, { H1: 'v3' }],
    ],
    [
      'CSV with another delimiter',
      'H1;H2\nv1;v2',
      { ...CSV, CSVDelimiter: 'SEMICOLON' },
      [{ H1: 'v1', H2: 'v2' }],
    ],
    ['JSON up to a number of items', '[1,2,3]', { InputType: 'JSON', MaxItems: '{% 1 + 1 %}' }, [1, 2]],
    ['all items for a MaxItems of 0', '[1,2,3]', { InputType: 'JSON', MaxItems: 0 }, [1, 2, 3]],
    ['text of several bytes a character', '["é","😀"]', { InputType: 'JSON' }, ['é', '😀']],
  ] as const)('reads %s', async ([, content, config, items]) => {
    expect(await itemsOf(content, config)).toEqual(items);
  });

  it.for([
    [
      'an object where a list is meant',
      '{}',
      { InputType: 'JSON' },
      'Attempting to map over non-iterable node.',
    ],
    ['two headers of the same name', 'H,H\n1,2', CSV, 'CSV headers cannot contain duplicates.'],
    [
      'a negative MaxItems',
      '[1]',
      { InputType: 'JSON', MaxItems: '{% -1 %}' },
      'field MaxItems must be positive',
    ],
    ['what is no JSON', '[1', { InputType: 'JSON' }, expect.stringContaining('JSON')],
  ] as const)('fails for %s', async ([, content, config, cause]) => {
    expect(await itemsOf(content, config)).toEqual({ error: 'States.ItemReaderFailed', cause });
  });

  it('fails for an object that is not there, and the failure can be caught', async () => {
    const ItemReader = reader('getObject', { Bucket: BUCKET, Key: 'none' }, { InputType: 'JSON' });
    const Retry = [{ ErrorEquals: ['States.ItemReaderFailed'], MaxAttempts: 1 }];
    await using run = await mapScenario(distributedMap({ ItemReader, Retry }));
    const execution = await run.run();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(execution.cause).toMatch(
      /^The specified key does not exist\. \(Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey; /,
    );
    expect(await run.types()).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('gives batches in both bounds, with what they have in common', async () => {
    const batched = (ItemBatcher: Record<string, unknown>) =>
      itemsOf('[1,2,3]', { InputType: 'JSON' }, { ItemBatcher });
    expect(await batched({ MaxItemsPerBatch: 2 })).toEqual([{ Items: [1, 2] }, { Items: [3] }]);
    expect(
      await batched({ MaxItemsPerBatch: '{% 2 %}', BatchInput: { key: '{% $states.input.key %}' } }),
    ).toEqual([
      { BatchInput: { key: 'items' }, Items: [1, 2] },
      { BatchInput: { key: 'items' }, Items: [3] },
    ]);
    // {"Items":[1,2]} has 15 bytes.
    expect(await batched({ MaxInputBytesPerBatch: 15 })).toEqual([{ Items: [1, 2] }, { Items: [3] }]);
    expect(await batched({ MaxInputBytesPerBatch: 14 })).toEqual([
      { Items: [1] },
      { Items: [2] },
      { Items: [3] },
    ]);
    expect(await batched({ MaxInputBytesPerBatch: 10 })).toMatchObject({ error: 'States.DataLimitExceeded' });
  });
});
