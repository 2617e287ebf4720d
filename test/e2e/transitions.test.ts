// What a run costs, as Step Functions counts it: on the way of a run that meets nothing no state only passes on or decides.

import { describe, expect, it } from 'vitest';
import type { Operation } from '../../core/keys/run.ts';
import { page, useStage } from './one-item.ts';
import { transitionsOf } from './transitions.ts';

const stage = useStage();

/** Transitions of a run that ends as it should. */
async function cost(operation: Operation, input: object = {}, status = 'SUCCEEDED'): Promise<number> {
  const run = await stage.start(operation, input);
  expect((await stage.store.passUntilEnd(run)).status).toBe(status);
  return transitionsOf(await run.history());
}

function attributes(count: number, text = 'X') {
  const names = Array.from({ length: count }, (_, at) => `page${at}`);
  return { largeAttributes: Object.fromEntries(names.map((name) => [name, { text }])) };
}

describe('with the start, as Step Functions bills', () => {
  it.each([
    [0, 4],
    [1, 5],
    [2, 6],
    [10, 14],
  ])('a create of %i large attributes takes %i transitions', async (count, transitions) => {
    expect(await cost('create', attributes(count))).toBe(transitions);
  });

  it('an update takes 5, and one for each large attribute that changes', async () => {
    await stage.commit('create', attributes(2));
    expect(await cost('update', { set: { title: 'x' } })).toBe(5);
    expect(await cost('update', attributes(2))).toBe(5);
    expect(await cost('update', attributes(1, 'Y'))).toBe(6);
    expect(await cost('update', attributes(2, 'Z'))).toBe(7);
  });

  it('a delete takes 4, whether or not there is an item', async () => {
    await stage.commit('create', page('X'));
    expect(await cost('delete')).toBe(4);
    expect(await cost('delete')).toBe(4);
  });

  it('puts that settle take 4 more: a retry, the wait, the end of uploads, and the write once more', async () => {
    stage.fault({ service: 's3', operation: 'PutObject', when: 'before', error: 'InternalError' });
    expect(await cost('create', page('X'))).toBe(9);
  });

  it('a put that is refused takes 8 in all, its compensation included', async () => {
    const refused = { error: 'AccessDenied', status: 403 } as const;
    stage.fault({ service: 's3', operation: 'PutObject', when: 'before', ...refused });
    expect(await cost('create', page('X'), 'FAILED')).toBe(8);
  });
});
