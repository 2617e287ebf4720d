// Templates of object keys: which are refused and why, and that with any that is not, keys never collide and parse back.

import { describe, expect, test } from 'vitest';
import { parseStore, storeSchema } from '../../../core/contract/store.ts';
import { type KeySchema, toKey } from '../../../core/keys/item-key.ts';
import type { StoreShape } from '../../../core/keys/object-key.ts';
import { isOwnObject, itemPrefix, objectKey, parseObjectKey } from '../../../core/keys/object-key.ts';
import { formatRun, type Run } from '../../../core/keys/run.ts';
import { DEFAULT_OBJECT_KEY_TEMPLATE, fillTemplate, templateProblem } from '../../../core/keys/template.ts';
import type { Item } from '../../../core/values/attributes.ts';
import { run, SHA256, STORE } from '../fixtures.ts';
import { Random } from '../random.ts';

const REST = 'attr={attr}/sha256={sha256}/{run}';

describe('templates that are refused', () => {
  test.each([
    ['pk={pk}/{prefix}/attr={attr}/sha256={sha256}/{run}', 'must begin with {prefix}/'],
    ['{prefix}-pk={pk}/attr={attr}/sha256={sha256}/{run}', 'must begin with {prefix}/'],
    ['', 'must begin with {prefix}/'],
    ['{prefix}/attr={attr}/sha256={sha256}/{run}', '{pk} is missing: two items could share a key'],
    ['{prefix}/pk={pk}/sha256={sha256}/{run}', '{attr} is missing: two attributes'],
    ['{prefix}/pk={pk}/attr={attr}/{run}', '{sha256} is missing: what is read could not be verified'],
    ['{prefix}/pk={pk}/attr={attr}/sha256={sha256}', '{run} is missing: two runs'],
    [`{prefix}/pk={pk}/again={pk}/${REST}`, '{pk} stands in it twice'],
    [`{prefix}/{prefix}/pk={pk}/${REST}`, '{prefix} stands in it twice'],
    [`{prefix}/pk={pk}/{date}/${REST}`, '{date} is none of its placeholders, {prefix} {pk}'],
    [`{prefix}/pk={pk}/{}/${REST}`, '{} is none of its placeholders'],
    [`{prefix}/pk={pk}/{x/${REST}`, 'holds "/{x/attr="'],
    [`{prefix}/pk={pk}/a b/${REST}`, 'holds "/a b/attr="'],
    [`{prefix}/pk={pk}/50%/${REST}`, 'it may hold A-Z'],
    [`{prefix}/pk={pk}/é/${REST}`, 'it may hold A-Z'],
    ['{prefix}/pk={pk}/attr={attr}/{sha256}{run}', '{sha256} and {run} need one of / ! $'],
    ['{prefix}/pk={pk}-at-{attr}/{sha256}/{run}', '{pk} and {attr} need one of / ! $'],
    [`{prefix}/{pk}/${REST}`, 'its segment "{pk}" could be . or ..'],
    [`{prefix}/.{pk}/${REST}`, 'its segment ".{pk}" could be . or ..'],
    ['{prefix}/pk={pk}/{attr}/{sha256}/{run}', 'its segment "{attr}" could be . or ..'],
    [`{prefix}/../pk={pk}/${REST}`, 'its segment ".." could be . or ..'],
    [`{prefix}//pk={pk}/${REST}`, 'has an empty segment'],
    [`{prefix}/pk={pk}/${REST}/`, 'has an empty segment'],
    [`{prefix}/pk={pk},sk={sk}/${REST}`, 'leave {sk} out of "pk={pk},sk={sk}"'],
  ])('%s %s', (template, problem) => {
    expect(templateProblem(template, false)).toContain(problem);
  });

  test('one without {sk} for a table with a sort key', () => {
    const template = `{prefix}/pk={pk}/${REST}`;
    expect(templateProblem(template, false)).toBeUndefined();
    expect(templateProblem(template, true)).toContain('{sk} is missing: the table has a sort key');
  });

  // Negative control: what the rule on delimiters refuses does collide.
  test('would let two items share a key', () => {
    const template = '{prefix}/pk={pk}-{sk}/attr={attr}/sha256={sha256}/{run}';
    const parts = { attr: 'page', sha256: SHA256.x, run: formatRun(run('create')) };
    const [one, two] = [
      { pk: 'a', sk: 'b-c' },
      { pk: 'a-b', sk: 'c' },
    ].map((key) => fillTemplate(template, 'items', { ...parts, ...key }));
    expect(one).toBe(two);
    expect(templateProblem(template, true)).toContain('{pk} and {sk} need one of');
  });
});

test.each([
  [DEFAULT_OBJECT_KEY_TEMPLATE, 'items/pk=a/sk=b/attr=p/sha256=DIGEST/RUN'],
  ['{prefix}/by-item/{pk}={sk}/{attr}={sha256}/{run}', 'items/by-item/a=b/p=DIGEST/RUN'],
  ['{prefix}/{run}/{sha256}/{attr}:{pk}:{sk}', 'items/RUN/DIGEST/p:a:b'],
  ['{prefix}/a={attr}@{pk}+{sk}(x){sha256}!{run}', 'items/a=p@a+b(x)DIGEST!RUN'],
])('%s makes keys of that form', (objectKeyTemplate, form) => {
  const item = { pk: { S: 'a' }, sk: { S: 'b' } };
  const layout = { ...layoutOf('S', 'S'), objectKeyTemplate };
  expect(templateProblem(objectKeyTemplate, true)).toBeUndefined();
  expect(objectKey(layout, item, 'p', SHA256.x, runText())).toBe(
    form.replace('DIGEST', SHA256.x).replace('RUN', runText()),
  );
});

describe('with any template that is not refused', () => {
  const random = new Random(20_261_123);

  test('two different objects never share a key, and every key parses back to its parts', () => {
    for (let each = 0; each < 150; each++) {
      const layout = randomLayout(random);
      const objects = new Map<string, string>();
      for (let one = 0; one < 60; one++) {
        const object = randomObject(random, layout.key);
        const identity = JSON.stringify(object);
        const key = objectKey(layout, object.item, object.attribute, object.sha256, formatRun(object.run));
        expect(objects.get(key) ?? identity, `${layout.objectKeyTemplate}: ${key}`).toBe(identity);
        objects.set(key, identity);

        expect(parseObjectKey(layout, key), layout.objectKeyTemplate).toEqual({
          ...textsOf(object.item, layout.key),
          attribute: object.attribute,
          sha256: object.sha256,
          run: object.run,
        });
        expect(key.startsWith(itemPrefix(layout, object.item))).toBe(true);
        expect(key.split('/').slice(1)).not.toContainEqual(expect.stringMatching(/^\.{0,2}$/));
        expect(isOwnObject(key, object.item, layout)).toBe(true);
      }
    }
  });

  test('a key is known to be of another item', () => {
    for (let each = 0; each < 100; each++) {
      const layout = randomLayout(random);
      const [one, other] = [randomObject(random, layout.key), randomObject(random, layout.key)];
      const key = objectKey(layout, one.item, one.attribute, one.sha256, formatRun(one.run));
      const same = JSON.stringify(one.item) === JSON.stringify(other.item);
      expect(isOwnObject(key, other.item, layout), key).toBe(same);
    }
  });
});

describe('keys of a former template', () => {
  const item = { pk: { S: 'a' } };
  const former = '{prefix}/old/{run}/{sha256}/{attr}={pk}';
  const now = '{prefix}/new/{pk}={attr}/{sha256}/{run}';
  const oldKey = objectKey(
    { ...layoutOf('S'), objectKeyTemplate: former },
    item,
    'page',
    SHA256.x,
    runText(),
  );

  test('are understood once it is named, the default always', () => {
    const parts = { pk: 'a', attribute: 'page', sha256: SHA256.x, run: run('create') };
    const layout = { ...layoutOf('S'), objectKeyTemplate: now };
    expect(parseObjectKey(layout, oldKey)).toBeUndefined();
    const knowing = { ...layout, formerObjectKeyTemplates: [former] };
    expect(parseObjectKey(knowing, oldKey)).toEqual(parts);
    expect(isOwnObject(oldKey, { pk: { S: 'b' } }, knowing)).toBe(false);
    expect(isOwnObject(oldKey, item, knowing)).toBe(true);
    const defaultKey = objectKey(layoutOf('S'), item, 'page', SHA256.x, runText());
    expect(parseObjectKey(layout, defaultKey)).toEqual(parts);
  });
});

describe('a store', () => {
  test('without a template is as before, and one whose template is unsafe is refused by name', () => {
    expect(storeSchema.parse(STORE)).toEqual(STORE);
    const unsafe = { ...STORE, objectKeyTemplate: '{prefix}/pk={pk}' };
    expect(storeSchema.safeParse(unsafe).error?.issues).toMatchObject([
      {
        path: ['objectKeyTemplate'],
        message:
          'objectKeyTemplate "{prefix}/pk={pk}": {attr} is missing: two attributes of an item could share a key',
      },
    ]);
    const former = { ...STORE, formerObjectKeyTemplates: [DEFAULT_OBJECT_KEY_TEMPLATE, 'x'] };
    expect(storeSchema.safeParse(former).error?.issues).toMatchObject([
      { path: ['formerObjectKeyTemplates'], message: expect.stringContaining('"x": must begin with') },
    ]);
    const descriptor = {
      ...unsafe,
      region: 'us-east-1',
      stateMachines: { create: 'c', update: 'u', delete: 'd' },
    };
    expect(parseStore(JSON.stringify(descriptor))).toBeUndefined();
    expect(
      parseStore(JSON.stringify({ ...descriptor, objectKeyTemplate: DEFAULT_OBJECT_KEY_TEMPLATE })),
    ).toBeDefined();
  });

  test('without a prefix keeps its keys out of the staging prefix', () => {
    const problem = (stagingPrefix: string, objectKeyTemplate: string) =>
      storeSchema.safeParse({ ...STORE, prefix: '', stagingPrefix, objectKeyTemplate }).error?.issues[0]
        ?.message;
    expect(problem('staging', `{prefix}/staging/pk={pk}/${REST}`)).toContain('below stagingPrefix "staging"');
    expect(problem('staging', `{prefix}/s{pk}/${REST}`)).toContain('below stagingPrefix "staging"');
    expect(problem('in/staging', `{prefix}/in/s{pk}/${REST}`)).toContain('below stagingPrefix');
    expect(problem('in/staging', `{prefix}/in/pk={pk}/${REST}`)).toBeUndefined();
    expect(problem('staging', `{prefix}/pk={pk}/${REST}`)).toBeUndefined();
  });
});

function runText(): string {
  return formatRun(run('create'));
}

function layoutOf(pk: 'S' | 'N' | 'B', sk?: 'S' | 'N' | 'B'): StoreShape {
  return {
    ...STORE,
    key: { partitionKey: { name: 'pk', type: pk }, ...(sk && { sortKey: { name: 'sk', type: sk } }) },
  };
}

/** Placeholders in any order, told apart by literals that end and begin as values may. */
function randomLayout(random: Random): StoreShape {
  const sk = random.of([undefined, 'S', 'N', 'B'] as const);
  const layout = {
    ...layoutOf(random.of(['S', 'N', 'B'] as const), sk),
    prefix: random.of(['items', 'a/b', '']),
  };
  const names = random.shuffle(['pk', ...(sk === undefined ? [] : ['sk']), 'attr', 'sha256', 'run']);
  const literal = () => random.of(['a', 'pk=', 'x.', '-', '_=', '']);
  // Some are none: then the template is refused, or two objects would share a key.
  const delimiter = () => random.of(['/', '/', '/', '=', '!', '$', '(', ')', '+', ',', ':', ';', '@', '-']);
  for (;;) {
    const objectKeyTemplate = names.reduce(
      (text, name, at) => `${text}${at === 0 ? '' : `${literal()}${delimiter()}`}${literal()}{${name}}`,
      '{prefix}/',
    );
    if (templateProblem(objectKeyTemplate, sk !== undefined) === undefined)
      return { ...layout, objectKeyTemplate };
  }
}

interface SomeObject {
  readonly item: Item;
  readonly attribute: string;
  readonly sha256: string;
  readonly run: Run;
}

/** Few and odd values, so that parts of different objects are often equal, or look like one another. */
function randomObject(random: Random, { partitionKey, sortKey }: KeySchema): SomeObject {
  const value = (type: 'S' | 'N' | 'B') => {
    if (type === 'S') return { S: random.oddText() };
    if (type === 'N')
      return { N: random.of(['0', '1', '-1', '10', '1.5', '1E-130', '9.9E125', '15', '1E5']) };
    return { B: random.of(['AA==', 'AAA=', 'AAAA', '+/+/', '////']) };
  };
  const typed = { pk: value(partitionKey.type), ...(sortKey && { sk: value(sortKey.type) }) };
  return {
    item: toKey(typed, { partitionKey, sortKey }, 'dynamodb'),
    attribute: random.oddText(),
    sha256: random.of(Object.values(SHA256)),
    run: {
      operation: random.of(['create', 'update', 'delete'] as const),
      name: random.of(['a', 'a.b', 'create.a', 'x-y_z']),
      startTime: random.of(['2026-11-23T15:33:00.123Z', '2026-11-23T15:33:00Z']),
    },
  };
}

function textsOf(item: Item, { sortKey }: KeySchema): { readonly pk: string; readonly sk?: string } {
  const text = (name: 'pk' | 'sk') => {
    const value = item[name] as { S?: string; N?: string; B?: string };
    return value.B === undefined
      ? (value.S ?? value.N ?? '')
      : Buffer.from(value.B, 'base64').toString('base64url');
  };
  return { pk: text('pk'), ...(sortKey && { sk: text('sk') }) };
}
