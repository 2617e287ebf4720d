// What keeps reads of pages from mixing versions, and from giving what is no more.

import type { Mutation } from './mutation.ts';

export const PAGES: readonly Mutation[] = [
  {
    name: 'page-missing-alone',
    rule: 'reading',
    hazards: 'D1',
    without: 'all content of an item of a page again after one is missing',
    changes: [
      {
        file: 'client/read/lazy-item.ts',
        from: 'return loaded(pointer, whyGone, { signal: stop, onProgress });',
        to: `const kept = ((faults as any).kept ??= {});
      return (kept[name] ??= await loaded(pointer, whyGone, { signal: stop, onProgress }));`,
      },
    ],
    shownBy: { configuration: 'update||PAGE loaded', faults: 0 },
  },
  {
    name: 'index-trusted',
    rule: 'reading',
    hazards: 'D2',
    without: 'a look at the item before content is fetched that an index points at',
    changes: [
      {
        file: 'client/read/lazy-item.ts',
        from: 'confirm: isItem ? undefined : confirm',
        to: 'confirm: undefined',
      },
    ],
    shownBy: { configuration: 'update||PAGE of an index', faults: 0 },
  },
];
