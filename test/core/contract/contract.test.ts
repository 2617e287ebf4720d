import { describe, expect, test } from 'vitest';
import { checkedRequest } from '../../../core/contract/checked-request.ts';
import { inputJsonSchema, parseInput } from '../../../core/contract/contract.ts';
import { outputSchema } from '../../../core/contract/output.ts';
import { toRequest } from '../../../core/contract/parse-request.ts';
import { storeJsonSchema } from '../../../core/contract/store.ts';
import { FAILURE_REASONS, failureJsonSchema } from '../../../core/errors/causes.ts';
import { OPERATIONS, type Operation } from '../../../core/keys/run.ts';
import { refusal, SHA256, STORE } from '../fixtures.ts';

const key = { id: '1' };
const staged = { key: 'staging/u1', sha256: SHA256.x, size: 3 };

function large(value: unknown) {
  return { key, largeAttributes: { page: value } };
}

describe('what is taken', () => {
  test('the least input of each operation, with its defaults', () => {
    const cleanUp = { whenFailed: true, whenSucceeded: true };
    expect(parseInput('create', { key })).toEqual({
      key,
      attributes: {},
      largeAttributes: {},
      overwrite: false,
      cleanUp,
      attributeFormat: 'json',
    });
    expect(parseInput('update', { key })).toEqual({
      key,
      set: {},
      remove: [],
      add: {},
      largeAttributes: {},
      createIfMissing: false,
      cleanUp,
      attributeFormat: 'json',
    });
    expect(parseInput('delete', { key, cleanUp: { whenSucceeded: false } })).toEqual({
      key,
      mustExist: false,
      cleanUp: { whenFailed: true, whenSucceeded: false },
      attributeFormat: 'json',
    });
  });

  test('empty content, staged content, and every option', () => {
    const options = { contentType: 'text/html', contentEncoding: 'gzip', cacheControl: 'no-store' };
    const largeAttributes = {
      empty: { text: '' },
      none: { base64: '' },
      picture: { staged, ...options, metadata: { author: 'Jürgen' } },
    };
    expect(parseInput('create', { key, largeAttributes }).largeAttributes).toEqual(largeAttributes);
  });
});

describe('what is refused, by field and value', () => {
  test('content within the input, by a store that takes none', () => {
    const cautious = { ...STORE, inlineContent: false };
    expect(refusal(() => toRequest('create', large({ text: 'a' }), cautious)).reason.field).toBe(
      'largeAttributes.page',
    );
    expect(toRequest('create', large({ staged }), cautious).operation).toBe('create');
  });

  test('a staged key that S3 cannot have', () => {
    const error = refusal(() => parseInput('create', large({ staged: { ...staged, key: 'ü'.repeat(513) } })));
    expect(error.reason.field).toBe('largeAttributes.page.staged.key');
    expect(error.message).toContain('1,024 bytes');
  });

  const deep = JSON.parse(`${'['.repeat(6_000)}${']'.repeat(6_000)}`) as unknown;
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each<[string, object]>([
    ['updateAt', { key, updateAt: deep }],
    ['updateAt', { key, updateAt: circular }],
    ['updateAt', { key, updateAt: { n: 1n } }],
    ['largeAttributes.page.text', large({ text: deep })],
    ['cleanUp.whenFailed', { key, cleanUp: { whenFailed: deep } }],
  ])('%s that no message can show whole', (field, input) => {
    const error = refusal(() => parseInput('create', input));
    expect(error.reason.field).toBe(field);
    expect(JSON.stringify(error.reason).length).toBeLessThan(1_000);
  });

  test.each<[Operation, unknown, string, unknown]>([
    ['create', null, 'input', null],
    ['create', [], 'input', []],
    ['create', {}, 'key', undefined],
    ['create', { key, extra: 1 }, 'extra', 1],
    ['create', { key, set: {} }, 'set', {}],
    ['create', { key, largeAttributes: null }, 'largeAttributes', null],
    ['create', { key, attributes: [] }, 'attributes', []],
    ['create', { key, attributes: { '': 1 } }, 'attributes.""', 1],
    ['create', { key, '': 1 }, '""', 1],
    ['create', { key, attributeFormat: 'xml' }, 'attributeFormat', 'xml'],
    ['create', { key, cleanUp: { whenfailed: true } }, 'cleanUp.whenfailed', true],
    ['create', { key, updateAt: 'yesterday' }, 'updateAt', 'yesterday'],
    ['create', large({}), 'largeAttributes.page', {}],
    ['create', large({ text: 'a', base64: 'YQ==' }), 'largeAttributes.page', { text: 'a', base64: 'YQ==' }],
    ['create', large({ text: 1 }), 'largeAttributes.page.text', 1],
    ['create', large({ text: '\ud83e' }), 'largeAttributes.page.text', '\ud83e'],
    ['create', large({ base64: 'YQ' }), 'largeAttributes.page.base64', 'YQ'],
    ['create', large({ base64: 'Y-_=' }), 'largeAttributes.page.base64', 'Y-_='],
    ['create', large({ text: 'a', contentType: 'ü' }), 'largeAttributes.page.contentType', 'ü'],
    ['create', large({ text: 'a', cacheControl: 'a\nb' }), 'largeAttributes.page.cacheControl', 'a\nb'],
    ['create', large({ text: 'a', metadata: { A: '1' } }), 'largeAttributes.page.metadata.A', '1'],
    ['create', large({ text: 'a', metadata: { a: 1 } }), 'largeAttributes.page.metadata.a', 1],
    ['create', large({ text: 'a', metadata: { a: '\udc00' } }), 'largeAttributes.page.metadata.a', '\udc00'],
    ['create', large({ staged: { ...staged, size: -1 } }), 'largeAttributes.page.staged.size', -1],
    ['create', large({ staged: { ...staged, sha256: 'X' } }), 'largeAttributes.page.staged.sha256', 'X'],
    ['create', large({ staged: { ...staged, bucket: 'b' } }), 'largeAttributes.page.staged.bucket', 'b'],
    ['create', large({ staged: { ...staged, key: '\ud83e' } }), 'largeAttributes.page.staged.key', '\ud83e'],
    ['update', { key, remove: ['a', 1] }, 'remove.1', 1],
    ['update', { key, expectedVersion: 0 }, 'expectedVersion', 0],
    ['create', { key, overwrite: 'yes' }, 'overwrite', 'yes'],
    ['update', { key, expectedVersion: 1.5 }, 'expectedVersion', 1.5],
    ['update', { key, condition: 'a = b' }, 'condition', 'a = b'],
    ['update', { key, condition: { expression: ' ' } }, 'condition.expression', ' '],
    ['delete', { key, largeAttributes: {} }, 'largeAttributes', {}],
    ['delete', { key, mustExist: 'yes' }, 'mustExist', 'yes'],
  ])('%s of %j: %s', (operation, input, field, value) => {
    const error = refusal(() => parseInput(operation, input));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason).toMatchObject({ field, value });
  });

  test.each<[Operation, object, string]>([
    ['create', { attributes: { id: 'x' } }, 'attributes.id'],
    ['create', { largeAttributes: { id: { text: 'x' } } }, 'largeAttributes.id'],
    ['create', { attributes: { _saga: 1 } }, 'attributes._saga'],
    ['create', { attributes: { a: 1 }, largeAttributes: { a: { text: '' } } }, 'largeAttributes.a'],
    ['create', { expectedVersion: 1 }, 'expectedVersion'],
    ['update', { expectedVersion: 1, createIfMissing: true }, 'createIfMissing'],
    ['create', large({ staged: { ...staged, key: 'items/pk=2/x' } }), 'largeAttributes.page.staged.key'],
    ['create', large({ staged: { ...staged, key: 'staging' } }), 'largeAttributes.page.staged.key'],
    ['create', { attributes: { a: 1e300 } }, 'attributes.a'],
    ['update', { set: { a: 1 }, remove: ['a'] }, 'remove[0]'],
    ['update', { remove: ['a', 'a'] }, 'remove[1]'],
    ['update', { remove: ['_saga'] }, 'remove[0]'],
    ['update', { set: { a: 1 }, largeAttributes: { a: { text: '' } } }, 'largeAttributes.a'],
    ['update', { remove: ['a'], largeAttributes: { a: { text: '' } } }, 'largeAttributes.a'],
    ['update', { add: { a: 1 }, set: { a: 1 } }, 'add.a'],
    ['update', { add: { a: 'text' } }, 'add.a'],
  ])('%s with %j: %s', (operation, fields, field) => {
    const error = refusal(() => toRequest(operation, { key, ...fields }, STORE));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason.field).toBe(field);
  });

  test('metadata over 2 KB once encoded', () => {
    const error = refusal(() => parseInput('create', large({ text: '', metadata: { a: 'ü'.repeat(900) } })));
    expect(error.reason.field).toBe('largeAttributes.page.metadata');
  });

  test('an update time longer than the metadata has room for', () => {
    const updateAt = `2026-01-01T00:00:00.${'1'.repeat(30)}Z`;
    expect(refusal(() => parseInput('create', { key, updateAt })).reason.field).toBe('updateAt');
    expect(parseInput('create', { key, updateAt: '2026-01-01T00:00:00.123456789+02:00' })).toHaveProperty(
      'updateAt',
    );
  });

  test('attribute names over 255 bytes, or of half a character', () => {
    for (const name of ['ü'.repeat(128), 'a\ud83e']) {
      expect(
        refusal(() => parseInput('create', { key, largeAttributes: { [name]: { text: '' } } })).name,
      ).toBe('InvalidInput');
    }
  });
});

describe("names that an object's prototype has", () => {
  test.each([
    ['{"key": {"id": "1"}, "__proto__": {"attributes": {}}}', '__proto__'],
    ['{"key": {"id": "1"}, "attributes": {"__proto__": 1}}', 'attributes.__proto__'],
    ['{"key": {"id": "1"}, "largeAttributes": {"__proto__": {"text": "a"}}}', 'largeAttributes.__proto__'],
    ['{"key": {"__proto__": "1"}}', 'key.__proto__'],
    [
      '{"key": {"id": "1"}, "largeAttributes": {"a": {"text": "", "metadata": {"__proto__": "x"}}}}',
      'largeAttributes.a.metadata.__proto__',
    ],
  ])('__proto__ is refused, never dropped: %s', (json, field) => {
    const error = refusal(() => toRequest('create', JSON.parse(json), STORE));
    expect(error.name).toBe('InvalidInput');
    expect(error.reason.field).toBe(field);
  });

  test('constructor and toString are attributes like any other', () => {
    const request = toRequest(
      'create',
      { key, attributes: { constructor: 1 }, largeAttributes: { toString: { text: 'a' } } },
      STORE,
    );
    expect(request).toMatchObject({ attributes: { constructor: { N: '1' } } });
    expect(Object.keys((request as { largeAttributes: object }).largeAttributes)).toEqual(['toString']);
  });
});

describe('long values', () => {
  const long = 'x'.repeat(200_000);
  test.each<[string, Operation, unknown]>([
    ['a value', 'create', { key, updateAt: long }],
    ['an unknown field', 'create', { key, [long]: 1 }],
    ['the name of an attribute', 'create', { key, attributes: { [long]: 1 } }],
    ['a name deep in a value', 'create', { key, attributes: { a: { [long]: 1e300 } } }],
    ['a placeholder', 'update', { key, condition: { expression: `#${long} = :v`, values: { ':v': 1 } } }],
    ['a record', 'create', { key, attributes: [long] }],
  ])(
    "%s is shortened, so that the cause stays within Step Functions' 32,768 characters",
    (_, operation, input) => {
      const error = refusal(() => toRequest(operation, input, STORE));
      expect(JSON.stringify(error.reason).length).toBeLessThan(2000);
      expect(error.message).toContain('characters)');
    },
  );
});

describe('the published schemas', () => {
  test.each(OPERATIONS)('of %s is closed, requires the key alone and describes its parts', (operation) => {
    const schema = inputJsonSchema(operation);
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['key'],
      additionalProperties: false,
    });
    expect(Object.keys(schema.properties as object)).toContain('attributeFormat');
  });

  test('say that content is exactly one of text, base64 and staged', () => {
    expect(inputJsonSchema('create')).toHaveProperty(
      'properties.largeAttributes.additionalProperties.oneOf',
      [{ required: ['text'] }, { required: ['base64'] }, { required: ['staged'] }],
    );
  });

  test('of a failure has the cause of each reason, and each error once', () => {
    const { oneOf, $defs } = failureJsonSchema() as {
      oneOf: { properties: { error: { enum: string[] }; cause: { $ref: string } } }[];
      $defs: Record<string, { properties: Record<string, unknown>; required: string[] }>;
    };
    const errors = oneOf.flatMap(({ properties }) => properties.error.enum);
    expect(new Set(errors).size).toBe(errors.length);
    expect(Object.keys($defs).sort()).toEqual([...FAILURE_REASONS, 'OutcomeUnknown'].sort());
    for (const { properties } of oneOf) {
      expect($defs[properties.cause.$ref.replace('#/$defs/', '')]?.required).toContain('message');
    }
    expect($defs.VersionMismatch?.required).toEqual(['message', 'field', 'value', 'actual']);
  });

  test('of a store is that of its description, which a stack puts out', () => {
    expect(storeJsonSchema()).toMatchObject({
      additionalProperties: false,
      required: ['table', 'bucket', 'prefix', 'stagingPrefix', 'key', 'region', 'stateMachines'],
      properties: { objectKeyTemplate: { type: 'string' } },
    });
  });

  test('of an output takes what a run answers', () => {
    const output = {
      operation: 'delete',
      key: { id: { S: '1' } },
      version: null,
      run: 'r',
      largeAttributes: {},
    };
    expect(outputSchema.parse({ ...output, cleanup: 'done' })).toMatchObject(output);
    expect(outputSchema.safeParse({ ...output, cleanup: 'maybe' }).success).toBe(false);
  });
});

describe('an input that a plan has checked', () => {
  const staged = { key: 'staging/x', sha256: 'a'.repeat(64), size: 3 };
  test.each<[Operation, object]>([
    ['create', { key }],
    ['create', { key, attributes: { a: 1 }, largeAttributes: { page: { staged, contentType: 'text/css' } } }],
    ['create', { key, cleanUp: { whenFailed: false }, updateAt: '2026-01-01T00:00:00Z' }],
    ['create', { key: { id: { S: '1' } }, attributes: { a: { N: '1' } }, attributeFormat: 'dynamodb' }],
    ['update', { key }],
    ['update', { key, set: { a: 1 }, remove: ['b'], add: { c: 1 }, expectedVersion: 2 }],
    ['update', { key, updateExpression: { expression: ' SET a = :a\n', values: { ':a': 1 } } }],
    ['update', { key, condition: { expression: ' #a = :a ', names: { '#a': 'a' }, values: { ':a': 1 } } }],
    ['delete', { key }],
    ['delete', { key, mustExist: true, expectedVersion: 2, cleanUp: { whenSucceeded: false } }],
  ])('%s of %j is the same request without the check', (operation, input) => {
    expect(checkedRequest(operation, input, STORE)).toEqual(toRequest(operation, input, STORE));
  });
});

test('says in words what was expected, whatever language an app has set for zod', () => {
  expect(refusal(() => parseInput('create', {})).message).toBe(
    'key: Invalid input: expected record, received undefined',
  );
  expect(refusal(() => parseInput('update', { key, remove: ['a', 1] })).message).toBe(
    'remove.1: Invalid input: expected string, received number, got 1',
  );
});
