import { describe, expect, test } from 'vitest';
import { formatRun } from '../../../core/keys/run.ts';
import { refusal, run } from '../fixtures.ts';
import { foreignItem, KEY, keyOf, plan, pointer, sagaItem } from '../items.ts';

const CREATE = formatRun(run('create'));
const UPDATE = formatRun(run('update'));

describe('create', () => {
  test('of what is absent puts every large attribute and writes version 1', () => {
    const page = keyOf('page', 'x', 'create');
    const note = keyOf('note', 'y', 'create');
    expect(plan('create', { content: { page: 'x', note: 'y' } })).toEqual({
      number: 1,
      series: 1,
      run: CREATE,
      key: KEY,
      expected: { kind: 'absent' },
      puts: [
        { attribute: 'page', key: page, sha256: 'a'.repeat(64), size: 3 },
        { attribute: 'note', key: note, sha256: 'b'.repeat(64), size: 3 },
      ],
      placed: [page, note],
      pointers: { page: pointer(page), note: pointer(note) },
      saga: { createdBy: CREATE, version: 1, writtenBy: CREATE, large: ['note', 'page'] },
      replaced: [],
      letGo: [],
      created: [page, note],
    });
  });

  test.each([
    ['a saga wrote', sagaItem({}, { version: 7 }), 7],
    ['another writer made', foreignItem(), null],
  ])('of an item that %s is refused with its version', (_, item, version) => {
    const error = refusal(() => plan('create', { item }));
    expect(error.name).toBe('AlreadyExists');
    expect(error.reason.version).toBe(version);
  });
});

describe('put', () => {
  const overwrite = { overwrite: true };

  test('of what is absent is a create', () => {
    expect(plan('create', { input: overwrite, content: { page: 'x' } })).toEqual(
      plan('create', { content: { page: 'x' } }),
    );
  });

  test('replaces all of an item, also content that is the same, and goes on with its versions', () => {
    const item = sagaItem(
      { page: keyOf('page', 'x', 'create:old'), note: keyOf('note', 'y', 'create:old') },
      { version: 3, createdBy: UPDATE },
    );
    const page = keyOf('page', 'x', 'create');
    expect(plan('create', { item, input: overwrite, content: { page: 'x' } })).toMatchObject({
      expected: { kind: 'saga', createdBy: UPDATE, version: 3 },
      puts: [{ attribute: 'page', key: page }],
      pointers: { page: pointer(page) },
      saga: { createdBy: UPDATE, version: 4, writtenBy: CREATE, large: ['page'] },
      replaced: [keyOf('note', 'y', 'create:old'), keyOf('page', 'x', 'create:old')],
      created: [page],
    });
  });

  test('does not count what it replaces', () => {
    const item = { ...sagaItem(), body: { S: 'x'.repeat(300_000) } };
    const input = { ...overwrite, attributes: { text: 'y'.repeat(300_000) } };
    expect(plan('create', { item, input }).number).toBe(1);
  });

  test('takes an item of another writer, and lets go of what others may point at', () => {
    const others = pointer(keyOf('page', 'x', 'create', { id: { S: '2' } }));
    const item = { ...foreignItem({ note: keyOf('note', 'x', 'create') }), page: { S: others } };
    expect(plan('create', { item, input: overwrite })).toMatchObject({
      expected: { kind: 'foreign', pointers: { page: others } },
      saga: { createdBy: CREATE, adopted: true, version: 1, large: [] },
      replaced: [keyOf('note', 'x', 'create')],
      letGo: [others],
    });
  });

  test('meets the version that is expected, or nothing', () => {
    const input = { ...overwrite, expectedVersion: 3 };
    expect(plan('create', { input, item: sagaItem(undefined, { version: 3 }) }).number).toBe(1);
    expect(refusal(() => plan('create', { input, item: sagaItem() })).name).toBe('VersionMismatch');
    expect(refusal(() => plan('create', { input })).name).toBe('NotFound');
  });

  test('that is planned anew after a read has objects and an item of its own again', () => {
    const again = { number: 2, series: 2, input: overwrite, placed: [keyOf('page', 'x', 'create')] };
    const planned = plan('create', { ...again, content: { page: 'x' } });
    expect(planned.saga?.createdBy).toBe(`${CREATE}.2`);
    // They were deleted before the plan was made.
    expect(planned.replaced).toEqual([]);
    expect(planned.created).toContain(keyOf('page', 'x', 'create'));
  });
});

describe('update', () => {
  test('replaces content: puts the new object, deletes the old one afterwards, counts the version', () => {
    const item = sagaItem(undefined, { version: 3 });
    expect(plan('update', { item, content: { page: 'y' } })).toMatchObject({
      expected: { kind: 'saga', createdBy: CREATE, version: 3 },
      puts: [{ attribute: 'page', key: keyOf('page', 'y', 'update') }],
      pointers: { page: pointer(keyOf('page', 'y', 'update')) },
      saga: { createdBy: CREATE, version: 4, writtenBy: UPDATE, large: ['page'] },
      replaced: [keyOf('page', 'x', 'create')],
      created: [keyOf('page', 'y', 'update')],
    });
  });

  test('leaves large attributes alone that it does not name', () => {
    const item = sagaItem({ page: keyOf('page', 'x', 'create'), note: keyOf('note', 'y', 'create') });
    const made = plan('update', { item, content: { page: 'z' } });
    expect(made.pointers).not.toHaveProperty('note');
    expect(made.saga?.large).toEqual(['note', 'page']);
    expect(made.replaced).toEqual([keyOf('page', 'x', 'create')]);
  });

  test('of unchanged content puts nothing and keeps the object', () => {
    const made = plan('update', { item: sagaItem(), content: { page: 'x' }, reusable: ['page'] });
    expect(made).toMatchObject({ puts: [], placed: [], replaced: [] });
    expect(made.pointers).toEqual({ page: pointer(keyOf('page', 'x', 'create')) });
  });

  test("lets go of what others may point at, too, and deletes what is the item's alone", () => {
    const logo = 'items/shared/logo.png';
    const copied = keyOf('page', 'x', 'create', { id: { S: '2' } });
    const item = foreignItem({ logo, copied, page: keyOf('page', 'x', 'create') });
    const made = plan('update', { item, content: { logo: 'y', page: 'y' }, input: { remove: ['copied'] } });
    expect(made.replaced).toEqual([keyOf('page', 'x', 'create')]);
    expect(made.letGo).toEqual([pointer(logo), pointer(copied)]);
    expect(plan('delete', { item })).toMatchObject({
      replaced: [keyOf('page', 'x', 'create')],
      letGo: [pointer(logo), pointer(copied)],
    });
  });

  test.each([
    ['set to a plain value', { set: { page: 'text' } }],
    ['removed', { remove: ['page'] }],
  ])('deletes the object of a large attribute that is %s', (_, input) => {
    const made = plan('update', { item: sagaItem(), input });
    expect(made.saga?.large).toEqual([]);
    expect(made.replaced).toEqual([keyOf('page', 'x', 'create')]);
  });

  test('deletes the staged objects that it copied, once it has succeeded only', () => {
    const staged = { key: 'staging/u1', sha256: 'a'.repeat(64), size: 3 };
    const input = { largeAttributes: { page: { staged } } };
    const made = plan('update', { item: sagaItem({}), input });
    expect(made.replaced).toEqual(['staging/u1']);
    expect(made.created).toEqual([keyOf('page', 'x', 'update')]);
  });

  test.each([
    [{ add: { page: 1 } }, 'add.page'],
    [{ updateExpression: { expression: 'REMOVE page' } }, 'updateExpression.expression'],
  ])("may not calculate with a pointer, a saga's or one to be adopted: %j", (input, field) => {
    for (const item of [sagaItem(), foreignItem({ page: keyOf('page', 'x', 'create') })]) {
      const error = refusal(() => plan('update', { item, input }));
      expect(error.name).toBe('InvalidInput');
      expect(error.reason.field).toBe(field);
    }
  });

  test('of an item with a large attribute that is called as objects inherit', () => {
    const item = sagaItem({ constructor: keyOf('constructor', 'x', 'create') });
    expect(plan('update', { item, input: { set: { a: 1 } } }).saga?.large).toEqual(['constructor']);
  });

  test('of nothing creates the item where that is asked for', () => {
    const page = keyOf('page', 'x', 'update');
    const input = { createIfMissing: true, add: { views: 1 } };
    expect(plan('update', { input, content: { page: 'x' } })).toMatchObject({
      expected: { kind: 'absent' },
      puts: [{ attribute: 'page', key: page }],
      saga: { createdBy: UPDATE, version: 1, writtenBy: UPDATE, large: ['page'] },
      replaced: [],
      created: [page],
    });
    expect(plan('update', { input, item: sagaItem() }).saga?.version).toBe(2);
  });

  test('of a spoiled _saga is refused', () => {
    const item = { ...KEY, _saga: { S: 'mine' } };
    expect(refusal(() => plan('update', { item })).reason.field).toBe('_saga');
  });

  test('over 400 KB is refused, what it removes not counted', () => {
    const item = { ...sagaItem(), blob: { S: 'x'.repeat(300_000) } };
    const blob = 'x'.repeat(200_000);
    expect(refusal(() => plan('update', { item, input: { set: { more: blob } } })).message).toContain(
      '409600',
    );
    expect(plan('update', { item, input: { set: { more: blob }, remove: ['blob'] } }).number).toBe(1);
  });

  test('of nothing is refused', () => {
    expect(refusal(() => plan('update')).name).toBe('NotFound');
  });
});

describe('delete', () => {
  test('ends the item and all its objects', () => {
    const item = sagaItem({ page: keyOf('page', 'x', 'create'), note: keyOf('note', 'y', 'update') });
    expect(plan('delete', { item })).toMatchObject({
      expected: { kind: 'saga', createdBy: CREATE, version: 1 },
      puts: [],
      pointers: {},
      saga: null,
      replaced: [keyOf('note', 'y', 'update'), keyOf('page', 'x', 'create')],
      created: [],
    });
  });

  test('of nothing has nothing to do, unless the item must exist', () => {
    expect(plan('delete').expected).toEqual({ kind: 'absent' });
    expect(refusal(() => plan('delete', { input: { mustExist: true } })).name).toBe('NotFound');
    expect(refusal(() => plan('delete', { input: { expectedVersion: 2 } })).name).toBe('NotFound');
  });
});

describe('expectedVersion', () => {
  test.each([['update'], ['delete']] as const)('lets a %s of that version pass and no other', (operation) => {
    const item = sagaItem(undefined, { version: 3 });
    expect(plan(operation, { item, input: { expectedVersion: 3 } }).number).toBe(1);
    const error = refusal(() => plan(operation, { item, input: { expectedVersion: 2 } }));
    expect(error.reason).toMatchObject({ field: 'expectedVersion', value: 2, actual: 3 });
    expect(refusal(() => plan(operation, { item: foreignItem(), input: { expectedVersion: 1 } })).name).toBe(
      'VersionMismatch',
    );
  });
});

describe('an item of another writer', () => {
  const page = keyOf('page', 'x', 'create');
  const elsewhere = { S: 's3://other/page' };

  test('is adopted if its pointers are still those that were seen', () => {
    const item = { ...foreignItem({ page }), link: elsewhere };
    expect(plan('update', { item, content: { page: 'y' } })).toMatchObject({
      expected: { kind: 'foreign', pointers: { page: pointer(page) } },
      saga: { createdBy: UPDATE, adopted: true, version: 1, writtenBy: UPDATE, large: ['page'] },
      replaced: [page],
    });
  });

  test('stays told as adopted with each write', () => {
    const item = sagaItem({}, { adopted: true, createdBy: UPDATE, version: 4 });
    const saga = { adopted: true, createdBy: UPDATE, version: 5 };
    expect(plan('update', { item }).saga).toMatchObject(saga);
    expect(plan('create', { item, input: { overwrite: true } }).saga).toMatchObject(saga);
    expect(plan('update', { item: sagaItem() }).saga).not.toHaveProperty('adopted');
  });

  test('is deleted with its objects', () => {
    expect(plan('delete', { item: foreignItem({ page }) })).toMatchObject({ saga: null, replaced: [page] });
  });

  test.each([
    ['foreign', (pages: Record<string, string>) => foreignItem(pages)],
    ['saga', (pages: Record<string, string>) => sagaItem(pages)],
  ])("never takes another item's object with it: a copied %s item", (_, copy) => {
    const others = keyOf('page', 'x', 'create', { id: { S: '2' } });
    expect(plan('delete', { item: copy({ page: others }) }).replaced).toEqual([]);
    expect(plan('update', { item: copy({ page: others }), content: { page: 'y' } }).replaced).toEqual([]);
  });
});

describe('cleanUp', () => {
  test('can be switched off for failure and for success', () => {
    const planned = (cleanUp: object) =>
      plan('update', { item: sagaItem(), content: { page: 'y' }, input: { cleanUp } });
    expect(planned({ whenFailed: false }).created).toEqual([]);
    expect(planned({ whenFailed: false }).replaced).toHaveLength(1);
    expect(planned({ whenSucceeded: false }).replaced).toEqual([]);
    expect(planned({ whenSucceeded: false }).created).toHaveLength(1);
  });
});
