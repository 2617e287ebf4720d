// Schedules of the explorer's, driven on the local cloud: the deployed product comes to the same.

import { expect, inject, it } from 'vitest';
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
  for (const seed of [1, 100]) {
    const labels = await expressible(model, seed);
    const end = await endOnLocalCloud(inject('assembly'), model, labels);
    expect({ labels, ...end }).toEqual({ labels, ...(await endInExplorer(model, labels)) });
  }
});

it('what the explorer finds happens on the local cloud: an old item, saved again, dangles', async () => {
  const name = 'needed: programs that put no pointers back';
  const [violation] = (await explored(name)).violations;
  const end = await endOnLocalCloud(inject('assembly'), await modelOf(name), violation?.schedule ?? []);
  expect(end).toMatchObject({ runs: { e: { status: 'SUCCEEDED' } }, dangling: ['A/X/init'] });
});

it('with the stream’s clean-up', async () => {
  const model = await modelOf('C1 adopt||putPlain STREAM, stopped and redriven late');
  const labels = await expressible(model, 1);
  await withAssembly({ cleanUpForeignDeletes: true }, async (assembly) => {
    const end = await endOnLocalCloud(assembly, model, labels);
    expect({ labels, ...end }).toEqual({ labels, ...(await endInExplorer(model, labels)) });
  });
});
