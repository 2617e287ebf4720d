// The graph of a run: which states and ways were taken, and that no two states are drawn over each other.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StateNode } from '../../console/api.ts';
import { type PlacedNode, place } from '../../console/web/run/graph-layout.ts';
import { type Definition, graphOf } from '../../console/web/run/graph-model.ts';
import { idsOf, lastOf } from '../../console/web/run/state-ids.ts';
import { lookOf } from '../../console/web/run/state-look.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';

function definitionOf(operation: Operation): Definition {
  const file = join(import.meta.dirname, '../../statemachines', `${operation}.asl.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Definition;
}

function state(name: string, change: Partial<StateNode> = {}): StateNode {
  return {
    ...{ name, type: 'Task', kind: 'step', status: 'succeeded', enteredAt: '2026-11-20T12:00:00.000Z' },
    ...{ durationMs: 5, retries: [], attempts: [], redrives: 0, branches: [] },
    ...change,
  };
}

const REFUSED = { error: 'WriteRefused', message: 'no' };
const ROLLED_BACK: readonly StateNode[] = [
  state('Plan', { status: 'caught', failure: { error: 'Throttled', message: '' } }),
  state('Plan'),
  state('PutObjects', {
    type: 'Map',
    branches: [
      { index: 0, attribute: 'page', states: [state('PutObject')] },
      {
        index: 1,
        attribute: 'record',
        states: [state('PutObject', { status: 'caught' }), state('PutFailed')],
      },
    ],
  }),
  state('WriteItem', { status: 'caught', failure: REFUSED, retries: [REFUSED] }),
  state('DeleteCreatedObjects', { kind: 'compensation' }),
  state('RolledBack', { type: 'Fail', kind: 'outcome', status: 'failed' }),
];

describe('the graph of a run', () => {
  const { nodes, edges } = graphOf(definitionOf('update'), [ROLLED_BACK]);
  const node = (name: string) => nodes.find((each) => each.name === name);

  it('shows what became of each state', () => {
    expect(node('Plan')).toMatchObject({ status: 'succeeded', visits: 2 });
    expect(node('WriteItem')).toMatchObject({ status: 'caught', visits: 1, retries: 1 });
    expect(node('DeleteReplacedObjects')).toMatchObject({
      status: 'not reached',
      kind: 'cleanup',
      visits: 0,
    });
  });

  it('sums up the iterations of a Map, the worst first', () => {
    expect(node('PutObjects')?.inner?.nodes).toMatchObject([
      { name: 'PutObject', status: 'caught', visits: 2 },
      { name: 'PutFailed', status: 'succeeded', visits: 1 },
    ]);
  });

  it('shows the way that was taken, and the error that led off the straight one', () => {
    const taken = edges.filter(({ isTaken }) => isTaken).map(({ from, to, label }) => [from, to, label]);
    expect(taken).toEqual([
      ['Plan', 'PutObjects', undefined],
      ['PutObjects', 'WriteItem', undefined],
      ['WriteItem', 'DeleteCreatedObjects', 'WriteRefused'],
      ['DeleteCreatedObjects', 'RolledBack', undefined],
    ]);
  });

  it('gives failed and compensating states a shape and a colour of their own', () => {
    const done = lookOf({ name: 'Plan', kind: 'step', status: 'succeeded' });
    const failed = lookOf({ name: 'Plan', kind: 'step', status: 'failed' });
    const undone = lookOf({ name: 'DeleteCreatedObjects', kind: 'compensation', status: 'succeeded' });
    expect(new Set([done, failed, undone].map(({ shape }) => shape)).size).toBe(3);
    expect(new Set([done, failed, undone].map(({ tone }) => tone)).size).toBe(3);
  });
});

describe('the picture', () => {
  it.each(OPERATIONS)('of %s has every state and way once, and no state over another', (operation) => {
    const definition = definitionOf(operation);
    const graph = graphOf(definition, [[]]);
    const placed = place(graph, definition.StartAt);
    expect(placed.nodes.map(({ node }) => node.name)).toEqual(Object.keys(definition.States));
    expect(placed.edges).toHaveLength(graph.edges.length);
    const boxes = placed.nodes.flatMap((each) => [each]);
    for (const [at, one] of boxes.entries()) {
      for (const other of boxes.slice(at + 1))
        expect([one.node.name, other.node.name, overlap(one, other)]).toContain(false);
      for (const inside of one.inner?.nodes ?? []) expect(contains(one, inside)).toBe(true);
      expect(one.x - one.width / 2).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width / 2).toBeLessThanOrEqual(placed.width);
      expect(one.y + one.height / 2).toBeLessThanOrEqual(placed.height);
    }
  });

  it('draws any other state machine too: cycles, a lone state, a way to itself', () => {
    const loop: Definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Task', Next: 'B', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'A' }] },
        B: { Type: 'Choice', Choices: [{ Next: 'A' }], Default: 'A' },
        C: { Type: 'Succeed' },
      },
    };
    const { nodes, width, height } = place(graphOf(loop, [[]]), 'A');
    expect(nodes).toHaveLength(3);
    for (const each of [...nodes.flatMap(({ x, y }) => [x, y]), width, height])
      expect(Number.isFinite(each)).toBe(true);
  });
});

describe('a state in an address', () => {
  it('is found again by its place in the tree', () => {
    const ids = idsOf(ROLLED_BACK);
    expect(ids.get('2.1.0')).toMatchObject({ name: 'PutObject', status: 'caught' });
    expect(lastOf(ROLLED_BACK, 'PutObject')).toBe('2.1.0');
    expect(lastOf(ROLLED_BACK, 'WriteItem')).toBe('3');
    expect(lastOf(ROLLED_BACK, 'DeleteReplacedObjects')).toBeUndefined();
  });
});

type Box = Pick<PlacedNode, 'x' | 'y' | 'width' | 'height'>;

function overlap(one: Box, other: Box): boolean {
  return (
    Math.abs(one.x - other.x) * 2 < one.width + other.width &&
    Math.abs(one.y - other.y) * 2 < one.height + other.height
  );
}

function contains(outer: Box, inner: Box): boolean {
  return (
    Math.abs(outer.x - inner.x) * 2 + inner.width <= outer.width &&
    Math.abs(outer.y - inner.y) * 2 + inner.height <= outer.height
  );
}
