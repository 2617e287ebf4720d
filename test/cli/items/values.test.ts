import { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { exactJson, parseExactJson, parseExactNumber } from '../../../cli/exact-json.ts';
import { useLocalDefaults } from '../../../cli/local-defaults.ts';
import { formatBytes } from '../../../cli/text/progress.ts';

describe('exact JSON', () => {
  it.each([
    '{"a":[1,2.5,-3e-7],"b":"12345678901234567890","c":null,"d":true}',
    '{"n":12345678901234567890.123456789,"deep":[{"m":-99999999999999999999}]}',
    '"text with \\" and 12345678901234567890 inside"',
  ])('%s survives reading and writing, digit for digit', (text) => {
    expect(JSON.parse(exactJson(parseExactJson(text)))).toEqual(JSON.parse(text));
    expect(exactJson(parseExactJson(text)).match(/\d{20,}/g)).toEqual(text.match(/\d{20,}/g));
  });

  it('reads numbers that a double holds as numbers, others as the text that they are', () => {
    expect(parseExactJson('[1.50, 12345678901234567890.5]')).toEqual([
      1.5,
      NumberValue.from('12345678901234567890.5'),
    ]);
    expect(parseExactNumber('007')).toBe(7);
    expect(parseExactNumber('1e400')).toBeUndefined();
    expect(parseExactNumber('seven')).toBeUndefined();
  });

  it('writes what JSON has no form for: whole numbers, sets and bytes', () => {
    expect(exactJson({ n: 2n ** 80n, s: new Set(['a']), b: new Uint8Array([1, 2]) })).toBe(
      '{"n":1208925819614629174706176,"s":["a"],"b":"AQI="}',
    );
  });

  it('refuses what is not JSON', () => {
    expect(() => parseExactJson('{"a":01234567890123456789}')).toThrow(SyntaxError);
  });
});

describe('useLocalDefaults', () => {
  const local = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
  const added = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' };

  it.each([
    ['a local endpoint', local, { ...local, ...added }],
    [
      'localhost',
      { AWS_ENDPOINT_URL: 'http://localhost:1' },
      { AWS_ENDPOINT_URL: 'http://localhost:1', ...added },
    ],
    [
      'a local endpoint and a Region',
      { ...local, AWS_DEFAULT_REGION: 'eu-west-1' },
      {
        ...local,
        ...added,
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_REGION: 'eu-west-1',
      },
    ],
    ['a local endpoint and a profile', { ...local, AWS_PROFILE: 'me' }, { ...local, AWS_PROFILE: 'me' }],
    ['AWS itself', {}, {}],
    [
      'an endpoint elsewhere',
      { AWS_ENDPOINT_URL: 'https://example.com' },
      { AWS_ENDPOINT_URL: 'https://example.com' },
    ],
    [
      'a name that only begins like a local one',
      { AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com' },
      {
        AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com',
      },
    ],
  ])('%s', (_, given, expected) => {
    const env: Record<string, string | undefined> = { ...given };

    useLocalDefaults(env);

    expect(env).toEqual(expected);
  });

  it('leaves credentials that are set alone', () => {
    const env = {
      ...local,
      AWS_ACCESS_KEY_ID: 'mine',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
    };

    useLocalDefaults(env);

    expect(env).toMatchObject({
      AWS_ACCESS_KEY_ID: 'mine',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
    });
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KB'],
    [290_199, '283 KB'],
    [5 * 1024 ** 4, '5.0 TB'],
  ])('%i is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
