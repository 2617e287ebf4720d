import { describe, expect, test } from 'vitest';
import { mentionedAttributes, parseUpdateExpression } from '../../../core/contract/expressions.ts';
import { toRequest } from '../../../core/contract/parse-request.ts';
import { refusal, STORE } from '../fixtures.ts';

const key = { id: '1' };

function update(fields: object) {
  return toRequest('update', { key, ...fields }, STORE);
}

describe('update expressions', () => {
  test('are taken apart by section, in any case and order', () => {
    expect(
      parseUpdateExpression('add n :one SET a = :a, b.c[0] = if_not_exists(d, :a) REMOVE e', 'f'),
    ).toEqual({
      ADD: ' n :one ',
      SET: ' a = :a, b.c[0] = if_not_exists(d, :a) ',
      REMOVE: ' e',
    });
  });

  test('mention top-level attributes, placeholders resolved, functions and nested names left out', () => {
    const expression = 'SET #a.inner = list_append(#a.inner, :v), b[0] = :v REMOVE c.SET DELETE d :s';
    expect(mentionedAttributes({ expression, names: { '#a': 'odd name' } }, 'f')).toEqual(
      new Set(['odd name', 'b', 'c', 'd']),
    );
  });

  test.each([
    ['SET a = :a SET b = :b', 'SET stands twice'],
    ['a = :a', 'expected SET'],
    ['SET a = "text"', 'not a DynamoDB expression'],
    ['SET a = :a; REMOVE b', 'not a DynamoDB expression'],
    ['SET', 'SET has no clause'],
    ['SET REMOVE b', 'SET has no clause'],
  ])('%s is refused: %s', (expression, problem) => {
    const error = refusal(() => update({ updateExpression: { expression, values: { ':a': 1, ':b': 1 } } }));
    expect(error.reason).toMatchObject({ field: 'updateExpression.expression', value: expression });
    expect(error.message).toContain(problem);
  });

  test.each<[string, Record<string, string> | undefined, string]>([
    ['SET id = :v', undefined, 'the key'],
    ['SET _saga = :v', undefined, '_saga'],
    ['SET #s.version = :v', { '#s': '_saga' }, '_saga by a placeholder'],
    ['REMOVE page', undefined, 'a large attribute of the request'],
    ['ADD title :v', undefined, 'what is set too'],
  ])('%s with names %j is refused: it touches %s, %s', (expression, names) => {
    const error = refusal(() =>
      update({
        set: { title: 'x' },
        largeAttributes: { page: { text: 'a' } },
        updateExpression: { expression, ...(names && { names }), values: { ':v': 1 } },
      }),
    );
    expect(error.reason.field).toBe('updateExpression.expression');
  });
});

describe('placeholders', () => {
  test.each([
    [{ expression: 'SET #gone = :v', values: { ':v': 1 } }, 'updateExpression.expression'],
    [{ expression: 'SET a = :tw_0', values: { ':tw_0': 1 } }, 'updateExpression.expression'],
    [{ expression: 'SET a = :v', values: { ':v': 1, ':tw_0': 1 } }, 'updateExpression.values.:tw_0'],
    [
      { expression: 'SET a = :v', values: { ':v': 1 }, names: { '#tw_0': 'b' } },
      'updateExpression.names.#tw_0',
    ],
  ])('missing or reserved are refused: %j', (updateExpression, field) => {
    expect(refusal(() => update({ updateExpression })).reason.field).toBe(field);
  });

  test('stand for one thing in both expressions', () => {
    const both = (value: number) => ({
      updateExpression: { expression: 'SET a = :v', values: { ':v': 1 } },
      condition: { expression: 'b = :v', values: { ':v': value } },
    });
    expect(update(both(1)).operation).toBe('update');
    expect(refusal(() => update(both(2))).reason.field).toBe('condition.values.:v');
  });
});

describe('conditions', () => {
  test.each([['a = :v) OR (a = :v'], ['(a = :v'], ['a = :v)'], [')a = :v(']])(
    'that close what they did not open are refused, since they could disarm the version check: %s',
    (expression) => {
      const error = refusal(() => update({ condition: { expression, values: { ':v': 1 } } }));
      expect(error.reason).toMatchObject({ field: 'condition.expression', value: expression });
    },
  );

  test('with parentheses of their own are taken', () => {
    const expression = 'attribute_exists(a) AND (size(b) > :v OR NOT (c IN (:v)))';
    expect(update({ condition: { expression, values: { ':v': 1 } } })).toMatchObject({
      condition: { expression },
    });
  });
});
