// What stands in for Node.js in a browser does the same.

import { getMaxListeners, setMaxListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import * as browser from '../../../client/platform/platform.browser.ts';
import * as node from '../../../client/platform/platform.ts';

describe('in a browser', () => {
  const inBrowser: typeof node = browser;

  describe.each(['createSha256', 'createMd5'] as const)('%s', (create) => {
    test.each([[[]], [[0]], [[1, 63, 64, 65, 200_000]]])(
      'gives chunks of %j bytes the same hash',
      (sizes) => {
        const digests = [node, inBrowser].map((platform) => {
          const hash = platform[create]();
          for (const size of sizes) hash.update(new Uint8Array(size).fill(size));
          return hash.hex();
        });
        expect(digests[0]).toMatch(create === 'createMd5' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{64}$/);
        expect(digests[1]).toBe(digests[0]);
      },
    );
  });

  test('a file is refused with what to give instead', async () => {
    expect(() => inBrowser.fileStream('a.png')).toThrow('give a Blob or a stream');
    await expect(inBrowser.fileStatus('a.png')).rejects.toThrow('give a Blob or a stream');
    const close = vi.fn();
    const reader = { read: async () => undefined, close };
    await expect(inBrowser.saveFile('a.png', reader)).rejects.toThrow('take bytes() or stream()');
    expect(close).toHaveBeenCalled();
  });

  test('there are no environment variables', () => {
    expect(inBrowser.environment()).toEqual({});
  });
});

test('a signal is shared whatever its owner has set, and whoever made it', () => {
  for (const limit of [undefined, 0, 3]) {
    const { signal } = new AbortController();
    if (limit !== undefined) setMaxListeners(limit, signal);
    node.shareSignal(signal);
    node.shareSignal(signal);
    expect(getMaxListeners(signal)).toBe(Number.POSITIVE_INFINITY);
  }
  expect(() => node.shareSignal({} as AbortSignal)).not.toThrow();
});
