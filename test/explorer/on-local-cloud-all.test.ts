// More schedules of the explorer's on the local cloud, the stream's clean-up among them.

import { expect, inject, it } from 'vitest';
import { reordered } from '../../explorer/on-local-cloud/reorder.ts';
import { withAssembly } from '../e2e/synthesize.ts';
import { explored, modelOf } from './explored.ts';
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
  const name = 'C1 adopt||putPlain STREAM, stopped and redriven late';
  const { violations } = await explored(name);
  const model = await modelOf(name);
  for (const { schedule, promise } of violations.filter((one) => one.promise.startsWith('dangling'))) {
    const labels = await reordered(model, schedule, ({ broken }) => broken.includes(promise));
    await withAssembly({ cleanUpForeignDeletes: true }, async (assembly) => {
      const { dangling } = await endOnLocalCloud(assembly, model, labels);
      expect(dangling).toEqual((await endInExplorer(model, labels)).dangling);
    });
  }
});
