// What the bundles leave out of the SDK, since no task uses it: esbuild keeps it, for it cannot know that.

import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Writes a name where the SDK's schemas have a constant for it: `{ "http": 1 }` for `{ [_h]: 1 }`. An object whose names are computed
 * counts as one that may have effects, so that the schemas of all that S3 can do stayed, 60 KB of them.
 */
export const leanSchemas: Plugin = {
  name: 'lean schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm);
      const names = new Map(Array.from(constants, ([, constant, name]) => [constant, name]));
      return {
        contents: text.replace(/\[(\w+)\]:/g, (all, constant: string) => {
          const name = names.get(constant);
          return name === undefined ? all : `${name}:`;
        }),
      };
    });
  },
};

/** What the SDK imports late: to read a stream of events, which no task asks for, and to tell browsers apart. */
const NEVER_LOADED = /^(?:@smithy\/core\/event-streams|bowser)$/;

/** Leaves such an `import()` as it is. To be there for one, a module stayed whole, and so did whatever it imports. */
export const neverLoaded: Plugin = {
  name: 'never loaded',
  setup({ onResolve }) {
    onResolve({ filter: NEVER_LOADED }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};
