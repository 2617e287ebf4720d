// What stands in for Node.js in a browser does the same.

import { describe, expect, test } from 'vitest';
import * as browser from '../../client/platform.browser.ts';
import * as node from '../../client/platform.ts';

describe('in a browser', () => {
  const inBrowser: typeof node = browser;

  test.each([[[]], [[0]], [[1, 63, 64, 65, 200_000]]])(
    'chunks of %j bytes have the same SHA-256',
    (sizes) => {
      const digests = [node, inBrowser].map(({ createSha256 }) => {
        const hash = createSha256();
        for (const size of sizes) hash.update(new Uint8Array(size).fill(size));
        return hash.hex();
      });
      expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(digests[1]).toBe(digests[0]);
    },
  );

  test('a file is refused with what to give instead', async () => {
    expect(() => inBrowser.fileStream('a.png')).toThrow('give a Blob or a stream');
    await expect(inBrowser.fileStatus('a.png')).rejects.toThrow('give a Blob or a stream');
  });

  test('there are no environment variables', () => {
    expect(inBrowser.environment()).toEqual({});
  });
});
