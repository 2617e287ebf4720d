// What stands behind creates that replace (docs/protocol.md, rules 2 and 6), each left out once.

import type { Mutation } from './mutation.ts';

export const REPLACING: readonly Mutation[] = [
  {
    name: 'replaced-item-keeps-objects',
    rule: '6',
    hazards: 'E1, E2',
    without: 'the way of a put by which the objects of the old item are deleted',
    changes: [
      {
        file: 'core/saga/branch.ts',
        from: "operation === 'create' && plan.replaced.length > 0",
        to: 'false',
      },
    ],
    shownBy: { configuration: 'one put', faults: 0 },
  },
  {
    name: 'adoption-untold',
    rule: '3',
    hazards: 'E4',
    without: 'what tells an item that a put has adopted from one that it has created',
    changes: [{ file: 'core/saga/outcome.ts', from: '!saga.adopted && ', to: '' }],
    shownBy: { configuration: 'put on foreign||delete', faults: 1, kinds: ['outage'] },
  },
];
