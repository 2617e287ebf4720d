// A run as a graph: all states that its machine has, and the path that the run took through them.

import type { Branch, StateKind, StateNode, StateStatus } from '../../api.ts';

/** The part of an Amazon States Language definition that the graph needs. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

export interface StateDefinition {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly ItemProcessor?: Definition;
}

/** What became of a state in this run; of several visits the last, of several iterations the worst. */
export type NodeStatus = StateStatus | 'not reached';

export interface GraphNode {
  readonly name: string;
  readonly type: string;
  readonly kind: StateKind;
  readonly status: NodeStatus;
  /** How often it was entered. */
  readonly visits: number;
  /** Attempts after the first, over all visits. */
  readonly retries: number;
  /** States of each iteration of a Map. */
  readonly inner?: Graph;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Where a state goes on when nothing else is the case: `Next` or `Default`. */
  readonly isMain: boolean;
  readonly isCatch: boolean;
  readonly isTaken: boolean;
  /** The error that was caught, on an edge that was taken. */
  readonly label?: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const COMPENSATIONS: ReadonlySet<string> = new Set(['DeleteCreatedObjects', 'DeleteUnwrittenObjects']);
const CLEANUPS: ReadonlySet<string> = new Set(['DeleteReplacedObjects', 'CleanupDeferred']);

/** @param sequences - the states that were entered, in order: one sequence, or one for each iteration */
export function graphOf(definition: Definition, sequences: readonly (readonly StateNode[])[]): Graph {
  const visits = new Map<string, StateNode[]>();
  for (const state of sequences.flat()) visits.set(state.name, [...(visits.get(state.name) ?? []), state]);
  const nodes = Object.entries(definition.States).map(([name, state]) =>
    nodeOf(name, state, visits.get(name) ?? [], sequences.length > 1),
  );
  const steps = stepsOf(sequences);
  const edges = Object.entries(definition.States).flatMap(([name, state]) =>
    edgesOf(name, state).map((edge) => {
      const step = steps.get(`${edge.from}\n${edge.to}`);
      return {
        ...edge,
        isTaken: step !== undefined,
        ...(step?.failure?.error && { label: step.failure.error }),
      };
    }),
  );
  return { nodes, edges };
}

function nodeOf(
  name: string,
  definition: StateDefinition,
  visits: readonly StateNode[],
  areSideBySide: boolean,
): GraphNode {
  const { ItemProcessor: processor } = definition;
  const branches: readonly Branch[] = visits.flatMap((visit) => visit.branches);
  return {
    name,
    type: definition.Type,
    kind: visits[0]?.kind ?? kindOf(name, definition),
    status: areSideBySide ? worst(visits) : (visits.at(-1)?.status ?? 'not reached'),
    visits: visits.length,
    retries: visits.reduce((sum, visit) => sum + visit.retries.length, 0),
    ...(processor && {
      inner: graphOf(
        processor,
        branches.map(({ states }) => states),
      ),
    }),
  };
}

function kindOf(name: string, { Type }: StateDefinition): StateKind {
  if (COMPENSATIONS.has(name)) return 'compensation';
  if (CLEANUPS.has(name)) return 'cleanup';
  if (Type === 'Wait') return 'wait';
  return Type === 'Succeed' || Type === 'Fail' ? 'outcome' : 'step';
}

const BY_CONCERN = ['failed', 'running', 'aborted', 'unknown', 'caught', 'succeeded'] as const;

function worst(visits: readonly StateNode[]): NodeStatus {
  return BY_CONCERN.find((status) => visits.some((visit) => visit.status === status)) ?? 'not reached';
}

/** By `from` and `to`: the state that was left that way, the last time; not where a log has a gap between the two. */
function stepsOf(sequences: readonly (readonly StateNode[])[]): ReadonlyMap<string, StateNode> {
  return new Map(
    sequences.flatMap((states) =>
      states.slice(1).flatMap((state, at) => {
        const before = states[at] as StateNode;
        return state.isAfterGap ? [] : [[`${before.name}\n${state.name}`, before] as const];
      }),
    ),
  );
}

function edgesOf(from: string, state: StateDefinition): Omit<GraphEdge, 'isTaken'>[] {
  const edges = new Map<string, Omit<GraphEdge, 'isTaken'>>();
  const add = (to: string | undefined, { isMain = false, isCatch = false } = {}): void => {
    if (to !== undefined && !edges.has(to)) edges.set(to, { from, to, isMain, isCatch });
  };
  add(state.Next, { isMain: true });
  add(state.Default, { isMain: true });
  for (const { Next } of state.Choices ?? []) add(Next);
  for (const { Next } of state.Catch ?? []) add(Next, { isCatch: true });
  return [...edges.values()];
}
