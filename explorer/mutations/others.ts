// What keeps the promises beside the seven rules: reading, the stream's clean-up, the client.

import type { Mutation } from './mutation.ts';

export const OTHERS: readonly Mutation[] = [
  {
    name: 'read-missing-alone',
    rule: 'reading',
    hazards: 'B10',
    without: 'all objects again after one is missing',
    changes: [
      {
        file: 'client/read/read.ts',
        from: 'const object = await (isLoaded ? loaded(pointer, whyGone, download) : known(pointer, whyGone, stop));',
        to: `const kept = ((whyGone as any).kept ??= {});
      const object = (kept[pointer.attribute] ??= await (isLoaded ? loaded(pointer, whyGone, download) : known(pointer, whyGone, stop)));`,
      },
    ],
    shownBy: { configuration: 'update||READ', faults: 0 },
  },
  {
    name: 'stream-unread',
    rule: 'stream',
    hazards: 'A5',
    without: 'a look at the item before the stream’s clean-up deletes',
    changes: [
      {
        file: 'lambdas/clean-up-removed.ts',
        from: 'keys: released.filter((key) => !referenced.has(key))',
        to: 'keys: released',
      },
    ],
    shownBy: { configuration: 'removeA, restoreA STREAM' },
  },
  {
    name: 'client-deletes-too-soon',
    rule: 'client',
    hazards: 'B9',
    without: 'staged objects that stay until the run has succeeded',
    changes: [
      { file: 'client/write/write.ts', from: '  const result = await resultOf(sfn, execution);\n', to: '' },
      {
        file: 'client/write/write.ts',
        from: 'stagedKeysIn(execution, store)]));\n  return result;\n',
        to: 'stagedKeysIn(execution, store)]));\n  return resultOf(sfn, execution);\n',
      },
    ],
    shownBy: { configuration: 'client: create staged', kinds: ['stop'] },
  },
  {
    name: 'borrowed-objects-deleted',
    rule: '6',
    hazards: 'A3',
    without: 'the item’s name in the keys of what is deleted',
    changes: [
      {
        file: 'core/saga/plan.ts',
        from: 'object !== undefined && isOwnObject(object, request.key, store) ? [[pointer, object]] : []',
        to: 'object !== undefined ? [[pointer, object]] : []',
      },
    ],
    shownBy: { configuration: 'copied pointers: delete of the copy', faults: 0 },
  },
];
