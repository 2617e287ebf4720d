import { describe, expect, test } from 'vitest';
import {
  canonicalNumber,
  doubleOf,
  isSureInJson,
  textOfDouble,
  wholeOf,
} from '../../../core/values/numbers.ts';

const NINES = '9'.repeat(38);

describe('canonicalNumber', () => {
  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['0.000', '0'],
    ['0E999', '0'],
    ['007', '7'],
    ['+7', '7'],
    ['1.50', '1.5'],
    ['15E-1', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-1.0e2', '-100'],
    ['1e+21', '1000000000000000000000'],
    ['1e-7', '0.0000001'],
    ['1e-8', '1E-8'],
    ['123e-10', '123E-10'],
    [NINES, NINES],
    ['1E38', '1E38'],
  ])('spells %s as %s', (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  test.each([
    ['1E-130', '1E-130'],
    ['-1E-130', '-1E-130'],
    ['9.99E+125', '999E123'],
    [`9.${'9'.repeat(37)}E125`, `${NINES}E88`],
    [`-9.${'9'.repeat(37)}E125`, `-${NINES}E88`],
  ])('holds %s, at the edge of the range', (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  test.each([
    ['1E126'],
    ['9.9E-131'],
    [`${NINES}9`],
    [`0.${NINES}9`],
    ['1E99999999999999999999'],
    ['1E-99999999999999999999'],
  ])('refuses %s, outside the range or over 38 digits', (text) => {
    expect(canonicalNumber(text)).toBeUndefined();
  });

  test('counts neither leading nor trailing zeros as digits', () => {
    expect(canonicalNumber(`000${NINES}000`)).toBe(`${NINES}E3`);
  });

  test.each([[''], ['.'], ['-'], ['e5'], ['1e'], ['1,5'], ['0x10'], ['NaN'], ['Infinity'], ['1 '], ['١']])(
    'refuses %j, which is no number',
    (text) => {
      expect(canonicalNumber(text)).toBeUndefined();
    },
  );

  test('gives every spelling of a number the same text, and each number another', () => {
    const numbers = ['0', '3', '-3', '30', '0.3', '1.23', '123456.789', '1E-9', '12E100', '-7E-120'];
    const spellings = numbers.map((number) => {
      const [digits = '', exponent = '0'] = number.split('E');
      const shifted = [0, 1, 5, 40].flatMap((by) => [
        `${digits}E${Number(exponent)}`,
        `${digits}${digits.includes('.') ? '' : '.'}${'0'.repeat(by)}E${exponent}`,
        `${digits.includes('.') ? digits : digits + '0'.repeat(by)}E${Number(exponent) - (digits.includes('.') ? 0 : by)}`,
      ]);
      return new Set(shifted.map(canonicalNumber));
    });
    expect(spellings.map((each) => each.size)).toEqual(numbers.map(() => 1));
    expect(new Set(spellings.flatMap((each) => [...each])).size).toBe(numbers.length);
  });

  test('leaves its own spelling as it is', () => {
    for (const text of ['0', '1.5', '-100', '1E-8', '999E123', '0.0000001', NINES]) {
      expect(canonicalNumber(text)).toBe(text);
    }
  });
});

test('a text of any length is looked at in a bound of steps', () => {
  const long = `1${'0'.repeat(200_000)}1`;
  for (const text of [long, `0.${long}`, `${'0'.repeat(200_000)}x`, `1e${'9'.repeat(200_000)}`]) {
    expect(canonicalNumber(text)).toBeUndefined();
  }
});

describe('what a double holds', () => {
  test.each([
    ['1', 1],
    ['0.1', 0.1],
    ['1E21', 1e21],
    ['9007199254740992', 2 ** 53],
    ['10000000000000000', 1e16],
    ['1152921504606846976', 2 ** 60],
    ['2251799813685248.5', 2251799813685248.5],
    ['1152921504606847000', undefined],
    ['9007199254740993', undefined],
    ['1E23', undefined],
    ['4503599627370497.25', undefined],
    ['0.1234567890123456789', undefined],
    ['1E400', undefined],
    ['x', undefined],
  ])('%s is the double %s', (text, double) => {
    expect(doubleOf(text)).toBe(double);
    if (double !== undefined) expect(canonicalNumber(textOfDouble(double))).toBe(canonicalNumber(text));
  });

  test.each([
    ['1E100', 10n ** 100n],
    ['-12E37', -12n * 10n ** 37n],
    ['7.0', 7n],
    ['7.5', undefined],
    ['1E-3', undefined],
  ])('%s is the whole number %s', (text, whole) => {
    expect(wholeOf(text)).toBe(whole);
  });

  test.each([
    [0, true],
    [-0.1, true],
    [123456789012345, true],
    [1234567890123456, false],
    [0.1 + 0.2, false],
    [1e21, false],
    [Number.NaN, false],
    [Number.POSITIVE_INFINITY, false],
  ])('%s survives as a JSON number: %s', (double, isSure) => {
    expect(isSureInJson(double)).toBe(isSure);
  });
});
