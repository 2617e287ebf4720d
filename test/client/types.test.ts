// What the compiler says of a client whose items have a type. `npm run types` checks it: a wrong use that is not
// refused makes its `@ts-expect-error` an error. Nothing here calls AWS.

import { describe, expectTypeOf, it } from 'vitest';
import type {
  Attributes,
  Batch,
  Content,
  CreateInput,
  KeyOf,
  LargeItem,
  LargeObject,
  LazyItem,
  LazyObject,
  UpdateInput,
  Value,
  WriteHandle,
  WriteResult,
} from '../../client/index.ts';
import { LargeItemClient, NumberValue } from '../../client/index.ts';

interface Cat {
  key: { id: string };
  attributes: { title: string; tags?: Set<string>; views?: number; home?: { street: string } };
  large: 'page' | 'picture';
}

/** A key of two parts, and a large attribute that each has. */
interface Report {
  key: { tenant: string; number: number };
  attributes: { status: 'draft' | 'final'; pages: number };
  large: { body: Content; appendix?: Content };
}

/** What compiles, and has no type in DynamoDB, beside what has. */
interface Odd {
  key: { id: string };
  attributes: {
    fine: {
      text: string;
      bytes: Uint8Array;
      numbers: Set<number>;
      list: readonly [string, number][];
      exact: NumberValue;
      none: null;
      maybe: string | undefined;
      status: 'a' | 'b';
    };
    at?: Date;
    map?: Map<string, number>;
    run?: () => number;
    samples?: Float64Array;
    records?: Set<{ a: number }>;
    deep?: { at: Date }[];
    unknown?: unknown;
  };
}

/** Neither plain nor large attributes. */
interface Marker {
  key: { id: string };
}

/** Only compiled. */
function compiled(_: () => unknown): void {}

declare const cats: LargeItemClient<Cat>;
declare const reports: LargeItemClient<Report>;
declare const odd: LargeItemClient<Odd>;
declare const dated: LargeItemClient<{ key: { at: Date } }>;
declare const markers: LargeItemClient<Marker>;
declare const any: LargeItemClient;
const key = { id: '1' };
const attributes = { title: 'A cat' };
const fine = {
  text: 'x',
  bytes: new Uint8Array(),
  numbers: new Set([1]),
  list: [['a', 1]] as [string, number][],
  exact: NumberValue.from('1.5'),
  none: null,
  maybe: 'x',
  status: 'a',
} as const;
const number = { tenant: 'acme', number: 7 };

describe('a typed client', () => {
  it('is made by each of the ways to make one', () => {
    expectTypeOf(LargeItemClient.fromStack<Cat>).returns.resolves.toEqualTypeOf<LargeItemClient<Cat>>();
    expectTypeOf(LargeItemClient.fromEnvironment<Cat>).returns.resolves.toEqualTypeOf<LargeItemClient<Cat>>();
    expectTypeOf(LargeItemClient.fromParameter<Cat>).returns.resolves.toEqualTypeOf<LargeItemClient<Cat>>();
    const loose = () => LargeItemClient.fromStack();
    expectTypeOf<Awaited<ReturnType<typeof loose>>>().toEqualTypeOf<LargeItemClient>();
    compiled(() => new LargeItemClient<Cat>({ store: any.store }));
    // @ts-expect-error a document has a key
    compiled(() => new LargeItemClient<{ attributes: { title: string } }>({ store: any.store }));
  });

  it('creates with what each item must have', () => {
    compiled(() => cats.create({ key, attributes }));
    compiled(() => cats.put({ key, attributes, expectedVersion: 1 }));
    compiled(() => cats.putMany([{ key, attributes }]));
    compiled(() => cats.update({ key, set: { title: 'x' }, createIfMissing: true }));
    compiled(() => cats.create({ key, attributes: { ...attributes, tags: new Set(['a']), views: 1 } }));
    compiled(() =>
      cats.create({ key, attributes, largeAttributes: { page: 'x', picture: { content: 'x' } } }),
    );
    // @ts-expect-error the title is missing
    compiled(() => cats.create({ key, attributes: {} }));
    // @ts-expect-error an attribute is missing
    compiled(() => cats.put({ key, attributes: {} }));
    // @ts-expect-error a create takes no version
    compiled(() => cats.create({ key, attributes, expectedVersion: 1 }));
    // @ts-expect-error so are all attributes
    compiled(() => cats.create({ key }));
    // @ts-expect-error there is no such attribute
    compiled(() => cats.create({ key, attributes: { ...attributes, colour: 'red' } }));
    // @ts-expect-error a title is text
    compiled(() => cats.create({ key, attributes: { title: 1 } }));
    // @ts-expect-error nor deeper down
    compiled(() => cats.create({ key, attributes: { ...attributes, home: { town: 'x' } } }));
    // @ts-expect-error the key has another name
    compiled(() => cats.create({ key: { pk: '1' }, attributes }));
    // @ts-expect-error the key is text
    compiled(() => cats.create({ key: { id: 1 }, attributes }));
    // @ts-expect-error there is no such large attribute
    compiled(() => cats.create({ key, attributes, largeAttributes: { film: 'x' } }));
    // @ts-expect-error a large attribute is no plain one
    compiled(() => cats.create({ key, attributes: { ...attributes, page: 'x' } }));
    // @ts-expect-error content is no number
    compiled(() => cats.create({ key, attributes, largeAttributes: { page: 1 } }));
    // @ts-expect-error DynamoDB's spelling has other types
    compiled(() => cats.create({ key, attributes, attributeFormat: 'dynamodb' }));
    // @ts-expect-error a misspelt field
    compiled(() => cats.create({ key, attributes, largeAtributes: {} }));
  });

  it('creates with the large attributes that each item must have', () => {
    const report = { key: number, attributes: { status: 'draft', pages: 3 } } as const;
    compiled(() => reports.create({ ...report, largeAttributes: { body: 'x' } }));
    compiled(() => reports.create({ ...report, largeAttributes: { body: 'x', appendix: 'y' } }));
    // @ts-expect-error the body is missing
    compiled(() => reports.create({ ...report, largeAttributes: { appendix: 'y' } }));
    // @ts-expect-error so are all
    compiled(() => reports.create(report));
    // @ts-expect-error half of the key is missing
    compiled(() => reports.delete({ key: { tenant: 'acme' } }));
  });

  it('creates nothing but a key where there is nothing else', () => {
    compiled(() => markers.create({ key }));
    // @ts-expect-error no plain attribute
    compiled(() => markers.create({ key, attributes: { title: 'x' } }));
    // @ts-expect-error no large one
    compiled(() => markers.create({ key, largeAttributes: { page: 'x' } }));
    expectTypeOf<keyof LargeItem<Marker>['large']>().toEqualTypeOf<never>();
    // @ts-expect-error nothing to remove
    compiled(() => markers.update({ key, remove: ['title'] }));
  });

  it('sets some of the attributes', () => {
    compiled(() => cats.update({ key, set: { views: 2 } }));
    compiled(() => cats.update({ key, set: {}, largeAttributes: { picture: 'x' } }));
    compiled(() => reports.update({ key: number, largeAttributes: { appendix: 'x' } }));
    // @ts-expect-error there is no such attribute
    compiled(() => cats.update({ key, set: { veiws: 2 } }));
    // @ts-expect-error a number is no text
    compiled(() => cats.update({ key, set: { views: '2' } }));
    // @ts-expect-error a status is one of two
    compiled(() => reports.update({ key: number, set: { status: 'open' } }));
    // @ts-expect-error there is no such large attribute
    compiled(() => cats.update({ key, largeAttributes: { film: 'x' } }));
  });

  it('removes only what may be missing', () => {
    expectTypeOf<NonNullable<UpdateInput<Cat>['remove']>[number]>().toEqualTypeOf<
      'tags' | 'views' | 'home' | 'page' | 'picture'
    >();
    expectTypeOf<NonNullable<UpdateInput<Report>['remove']>[number]>().toEqualTypeOf<'appendix'>();
    compiled(() => cats.update({ key, remove: ['tags', 'picture'] }));
    // @ts-expect-error each cat has a title
    compiled(() => cats.update({ key, remove: ['title'] }));
    // @ts-expect-error each report has a body
    compiled(() => reports.update({ key: number, remove: ['body'] }));
  });

  it('adds only to numbers and sets', () => {
    type Add = NonNullable<UpdateInput<Cat>['add']>;
    expectTypeOf<Add>().toEqualTypeOf<{
      readonly tags?: ReadonlySet<string>;
      readonly views?: number | bigint | NumberValue;
    }>();
    compiled(() => cats.update({ key, add: { views: 1, tags: new Set(['b']) } }));
    // @ts-expect-error a title is text
    compiled(() => cats.update({ key, add: { title: 'x' } }));
    // @ts-expect-error the tags are text
    compiled(() => cats.update({ key, add: { tags: new Set([1]) } }));
    // @ts-expect-error views are a number
    compiled(() => cats.update({ key, add: { views: new Set([1]) } }));
  });

  it('takes what DynamoDB has a type for, however deep', () => {
    compiled(() => odd.create({ key, attributes: { fine } }));
    compiled(() => odd.update({ key, set: { fine } }));
    // @ts-expect-error DynamoDB has no type for a Date
    compiled(() => odd.create({ key, attributes: { fine, at: new Date() } }));
    // @ts-expect-error nor for a Map
    compiled(() => odd.update({ key, set: { map: new Map([['a', 1]]) } }));
    // @ts-expect-error nor for a function
    compiled(() => odd.update({ key, set: { run: () => 1 } }));
    // @ts-expect-error nor for other arrays of bytes
    compiled(() => odd.update({ key, set: { samples: new Float64Array(1) } }));
    // @ts-expect-error nor for a set of records
    compiled(() => odd.update({ key, set: { records: new Set([{ a: 1 }]) } }));
    // @ts-expect-error nor deeper down
    compiled(() => odd.update({ key, set: { deep: [{ at: new Date() }] } }));
    // @ts-expect-error nor for undefined
    compiled(() => odd.create({ key, attributes: { fine: { ...fine, maybe: undefined } } }));
    // @ts-expect-error what is unknown may be anything
    compiled(() => odd.update({ key, set: { unknown: new Date() as unknown } }));
    compiled(() => odd.update({ key, set: { unknown: { a: [1, new Set(['a'])] } } }));
    // @ts-expect-error a key is no Date
    compiled(() => dated.delete({ key: { at: new Date() } }));
    // @ts-expect-error nor is it read by one
    compiled(() => dated.get({ at: new Date() }));
  });

  it('reads what it wrote', () => {
    expectTypeOf<LargeItem<Cat>['attributes']>().toEqualTypeOf<Readonly<Cat['attributes']>>();
    expectTypeOf<LargeItem<Cat>['key']>().toEqualTypeOf<{ readonly id: string }>();
    expectTypeOf<LargeItem<Cat>['large']>().toEqualTypeOf<{
      readonly page?: LargeObject;
      readonly picture?: LargeObject;
    }>();
    expectTypeOf<LargeItem<Report>['large']>().toEqualTypeOf<{
      readonly body: LargeObject;
      readonly appendix?: LargeObject;
    }>();
    compiled(async () => {
      const cat = await cats.get(key);
      // @ts-expect-error there is no such attribute
      return cat?.attributes.colour;
    });
    compiled(async () => {
      const cat = await cats.get(key);
      // @ts-expect-error there is no such large attribute
      return cat?.large.film;
    });
    // @ts-expect-error the key has another name
    compiled(() => cats.get({ pk: '1' }));
    // @ts-expect-error there is no such large attribute
    compiled(() => cats.get(key, { attributes: ['film'] }));
  });

  it('reads of the large attributes those that were asked for', () => {
    const part = () => reports.get(number, { attributes: ['body'] });
    expectTypeOf<NonNullable<Awaited<ReturnType<typeof part>>>['large']>().toEqualTypeOf<{
      readonly body: LargeObject;
    }>();
    const loaded = () => cats.get(key, { attributes: ['page'], load: ['picture'] });
    expectTypeOf<keyof NonNullable<Awaited<ReturnType<typeof loaded>>>['large']>().toEqualTypeOf<
      'page' | 'picture'
    >();
  });

  it('writes batches of the same', () => {
    expectTypeOf<ReturnType<LargeItemClient<Cat>['createMany']>>().toEqualTypeOf<Batch<CreateInput<Cat>>>();
    compiled(() => cats.createMany([{ key, attributes }]));
    compiled(() => cats.updateMany([{ key, add: { views: 1 } }], { identity: ({ add }) => `${add?.views}` }));
    // @ts-expect-error there is no such attribute
    compiled(() => cats.updateMany([{ key, set: { veiws: 1 } }]));
    // @ts-expect-error the title is missing
    compiled(() => cats.createMany([{ key, attributes: {} }]));
  });
});

describe('a client without a type', () => {
  it('takes and gives any names', () => {
    expectTypeOf<NonNullable<CreateInput['attributes']>>().toEqualTypeOf<Attributes>();
    expectTypeOf<LargeItem['attributes']>().toEqualTypeOf<Attributes>();
    expectTypeOf<LargeItem['large']>().toEqualTypeOf<Readonly<Record<string, LargeObject>>>();
    expectTypeOf<NonNullable<UpdateInput['remove']>[number]>().toEqualTypeOf<string>();
    expectTypeOf<NonNullable<UpdateInput['add']>[string]>().toEqualTypeOf<Value>();
    compiled(() => any.create({ key: { anything: 1 }, attributes: { a: 1 }, largeAttributes: { b: 'x' } }));
    compiled(() => any.create({ key: { anything: 1 } }));
    compiled(() => any.create({ key: { a: { S: '1' } }, attributeFormat: 'dynamodb' }));
    const part = () => any.get({ id: 1 }, { attributes: ['page'] });
    expectTypeOf<NonNullable<Awaited<ReturnType<typeof part>>>>().toEqualTypeOf<LargeItem>();
    // @ts-expect-error DynamoDB has no type for a Date
    compiled(() => any.create({ key: { id: 1 }, attributes: { at: new Date() } }));
    // @ts-expect-error a misspelt field
    compiled(() => any.create({ key: { id: 1 }, atributes: {} }));
  });

  it('may stand for one that has a type, for helpers that work with all', () => {
    expectTypeOf<LargeItemClient<Cat>>().toExtend<{ readonly store: LargeItemClient['store'] }>();
  });
});

describe('the option wait', () => {
  it('decides on what a call gives', () => {
    const started = () => cats.create({ key, attributes }, { wait: false });
    expectTypeOf<ReturnType<typeof started>>().toEqualTypeOf<Promise<WriteHandle>>();
    const waited = () => cats.update({ key, set: {} }, { wait: true, idempotencyKey: 'x' });
    expectTypeOf<ReturnType<typeof waited>>().toEqualTypeOf<Promise<WriteResult>>();
    const plain = () => cats.delete({ key });
    expectTypeOf<ReturnType<typeof plain>>().toEqualTypeOf<Promise<WriteResult>>();
    const either = (wait: boolean) => cats.delete({ key }, { wait });
    expectTypeOf<ReturnType<typeof either>>().toEqualTypeOf<Promise<WriteResult | WriteHandle>>();
  });
});

describe('a typed client that reads many', () => {
  const partition = { tenant: 'acme' };

  it('queries by its keys, and by any attribute of an index', () => {
    compiled(() => reports.query({ partition, sort: { number: { gte: 7 } } }));
    compiled(() => reports.query({ partition, sort: { number: { between: [1, 2] } } }));
    compiled(() => reports.query({ partition: { status: 'draft' }, sort: { pages: { lt: 7 } }, index: 'x' }));
    compiled(() =>
      reports.query({ partition: { tenant: 'acme' }, sort: { status: { beginsWith: 'd' } }, index: 'x' }),
    );
    // @ts-expect-error there is no such key
    compiled(() => reports.query({ partition: { tenants: 'acme' } }));
    // @ts-expect-error a status is of an index
    compiled(() => reports.query({ partition: { status: 'draft' } }));
    // @ts-expect-error nor of the sort key
    compiled(() => reports.query({ partition, sort: { pages: { lt: 7 } } }));
    // @ts-expect-error the key is text
    compiled(() => reports.query({ partition: { tenant: 7 } }));
    // @ts-expect-error a number is no text
    compiled(() => reports.query({ partition, sort: { number: { gte: '7' } } }));
    // @ts-expect-error a number begins with nothing
    compiled(() => reports.query({ partition, sort: { number: { beginsWith: 7 } } }));
    // @ts-expect-error one condition only
    compiled(() => reports.query({ partition, sort: { number: { gte: 7, lt: 8 } } }));
    // @ts-expect-error there is no such condition
    compiled(() => reports.query({ partition, sort: { number: { near: 7 } } }));
    // @ts-expect-error no index has such an attribute
    compiled(() => reports.query({ partition: { colour: 'red' }, index: 'x' }));
    // @ts-expect-error a query has no segments
    compiled(() => reports.query({ partition, segments: 2 }));
    // @ts-expect-error a query is of a partition
    compiled(() => reports.query({}));
  });

  it('projects and loads what there is', () => {
    compiled(() => reports.scan({ project: ['status', 'body'], load: ['appendix'] }));
    // @ts-expect-error there is no such attribute
    compiled(() => reports.scan({ project: ['colour'] }));
    // @ts-expect-error a plain attribute has no content
    compiled(() => reports.scan({ load: ['status'] }));
    // @ts-expect-error there is no such large attribute
    compiled(() => reports.getMany([number], { load: ['page'] }));
    // @ts-expect-error nothing to name
    compiled(() => markers.scan({ project: ['title'] }));
    // @ts-expect-error half of the key is missing
    compiled(() => reports.getMany([{ tenant: 'acme' }]));
  });

  it('gives what was named', () => {
    const whole = () => reports.query({ partition });
    expectTypeOf<ItemOf<typeof whole>>().toEqualTypeOf<LazyItem<Report>>();
    type Whole = ItemOf<typeof whole>;
    expectTypeOf<Whole['attributes']>().toEqualTypeOf<{
      readonly status: 'draft' | 'final';
      readonly pages: number;
    }>();
    expectTypeOf<Whole['large']>().toEqualTypeOf<{
      readonly body: LazyObject;
      readonly appendix?: LazyObject;
    }>();
    expectTypeOf<Whole['version']>().toEqualTypeOf<number | null>();
    const some = () => reports.scan({ project: ['pages'], load: ['body'] });
    type Some = ItemOf<typeof some>;
    expectTypeOf<Some['attributes']>().toEqualTypeOf<{ readonly pages: number }>();
    expectTypeOf<keyof Some['large']>().toEqualTypeOf<'body'>();
    const indexed = () => reports.query({ partition: { status: 'draft' }, index: 'x' });
    type Indexed = ItemOf<typeof indexed>;
    expectTypeOf<Indexed['version']>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Indexed['large']['body']>().toEqualTypeOf<LazyObject | undefined>();
    expectTypeOf<Indexed['attributes']['pages']>().toEqualTypeOf<number | undefined>();
    const many = () => cats.getMany([key], { project: ['title'] });
    type Many = ItemOf<typeof many>;
    expectTypeOf<Many['key']>().toEqualTypeOf<KeyOf<Cat>>();
    expectTypeOf<NonNullable<Many['item']>['attributes']>().toEqualTypeOf<{ readonly title: string }>();
    const attached = () => cats.attach({});
    expectTypeOf(attached).returns.toEqualTypeOf<
      LazyItem<Cat, 'title' | 'tags' | 'views' | 'home' | 'page' | 'picture', 'part'>
    >();
  });

  it('is as loose as its items without a type', () => {
    compiled(() =>
      any.query({ partition: { any: 'x' }, sort: { any: { gt: 1 } }, project: ['x'], load: ['y'] }),
    );
    const loose = () => any.scan();
    expectTypeOf<ItemOf<typeof loose>['attributes']>().toEqualTypeOf<Attributes>();
    expectTypeOf<ItemOf<typeof loose>['large']['any']>().toExtend<LazyObject | undefined>();
  });
});

type ItemOf<Read extends () => AsyncIterable<unknown>> =
  ReturnType<Read> extends AsyncIterable<infer Item> ? Item : never;
