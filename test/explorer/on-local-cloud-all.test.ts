// More schedules of the explorer's on the local cloud, the stream's clean-up among them.

import { expect, inject, it } from 'vitest';
import { withAssembly } from '../e2e/synthesize.ts';
import { modelOf } from './explored.ts';
import { endInExplorer, endOnLocalCloud, expressible } from './local-schedules.ts';

const KINDS = ['before', 'after', 'refused', 'throttle', 'stop'] as const;

it.each([
  ['one create', { kinds: KINDS }],
  ['one create AB', { kinds: KINDS }],
  ['one update', { kinds: KINDS }],
  ['one delete', { kinds: KINDS }],
  ['C2 delete unmanaged||putPlain, stopped and redriven late', {}],
  ['C3 delete||dropSaga, stopped and redriven late', {}],
] as const)('%s %j', async (name, changes) => {
  const model = await modelOf(name, changes);
  for (const seed of [100, 200, 300]) {
    const labels = await expressible(model, seed);
    const end = await endOnLocalCloud(inject('assembly'), model, labels);
    expect({ labels, ...end }).toEqual({ labels, ...(await endInExplorer(model, labels)) });
  }
});

it('with the stream’s clean-up', async () => {
  const model = await modelOf('C1 adopt||putPlain STREAM, stopped and redriven late');
  await withAssembly({ cleanUpForeignDeletes: true }, async (assembly) => {
    for (const seed of [100, 200]) {
      const labels = await expressible(model, seed);
      const end = await endOnLocalCloud(assembly, model, labels);
      expect({ labels, ...end }).toEqual({ labels, ...(await endInExplorer(model, labels)) });
    }
  });
});
