import { describe, expect, it } from 'vitest';
import type { KeyTexts } from '../../audit/index.ts';
import { formatKeyText, keyTextExample, parseKeyText } from '../../console/key-text.ts';
import type { KeySchema } from '../../core/keys/item-key.ts';

const ONE: KeySchema = { partitionKey: { name: 'id', type: 'S' } };
const TWO: KeySchema = { partitionKey: { name: 'tenant', type: 'S' }, sortKey: { name: 'doc', type: 'S' } };

describe('the text of a key', () => {
  it.each<[KeySchema, KeyTexts, string]>([
    [ONE, { id: '42' }, 'id=42'],
    [ONE, { id: 'a b=c' }, 'id=a b=c'],
    [ONE, { id: '{"id":"x"}' }, 'id={"id":"x"}'],
    [TWO, { tenant: 'a', doc: 'b c' }, 'tenant=a doc=b c'],
    [TWO, { tenant: 'a doc=x', doc: 'y' }, 'tenant=a doc=x doc=y'],
  ])('says what it means', (schema, key, text) => {
    expect(formatKeyText(key, schema)).toBe(text);
    expect(parseKeyText(text, schema)).toEqual(key);
  });

  it('is JSON where it would be read as another key', () => {
    const key = { tenant: 'a', doc: 'b doc=c' };
    expect(formatKeyText(key, TWO)).toBe('{"tenant":"a","doc":"b doc=c"}');
    expect(parseKeyText(formatKeyText(key, TWO), TWO)).toEqual(key);
  });

  it('needs no name where the table has no sort key', () => {
    expect(parseKeyText('42', ONE)).toEqual({ id: '42' });
    expect(parseKeyText('{not json', ONE)).toEqual({ id: '{not json' });
  });

  it.each<[KeySchema, string]>([
    [ONE, ''],
    [ONE, 'id='],
    [TWO, 'tenant=a'],
    [TWO, 'tenant=a doc='],
    [TWO, 'doc=b'],
    [TWO, '42'],
    [TWO, '{"tenant":"a"}'],
    [TWO, '{"tenant":"a","doc":7}'],
  ])('is none when a part is missing', (schema, text) => {
    expect(parseKeyText(text, schema)).toBeUndefined();
  });

  it('has an example', () => {
    expect(keyTextExample(TWO)).toBe('tenant=… doc=…');
  });
});
