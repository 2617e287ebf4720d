// The path that a run took, as a Mermaid state diagram: drawn from its history alone.

import { isWay } from '../../core/errors/errors.ts';
import type { RunTree, StateNode } from '../history/history.ts';
import { oneLine } from './text.ts';

const STYLES = {
  succeeded: 'fill:#d9f2d9,stroke:#2e7d32,color:#000',
  failed: 'fill:#fde0dc,stroke:#c62828,color:#000,stroke-width:3px',
  compensation: 'fill:#fff3cd,stroke:#b26a00,color:#000,stroke-dasharray:4 2',
  running: 'fill:#dbeafe,stroke:#1d4ed8,color:#000',
  unknown: 'fill:#f3f4f6,stroke:#6b7280,color:#000',
} as const;
type Style = keyof typeof STYLES;

/** Mermaid source of type `stateDiagram-v2`: each state that was entered once, with what it went on for. */
export function toRunMermaid(tree: RunTree): string {
  const styles = new Map<string, Style>();
  const body = draw(tree.states, { scope: '', indent: '  ', styles, showsEnds: !tree.isPartial });
  return [
    'stateDiagram-v2',
    ...body,
    ...Object.entries(STYLES).map(([style, css]) => `  classDef ${style} ${css}`),
    ...[...styles].map(([id, style]) => `  class ${id} ${style}`),
  ].join('\n');
}

/** Where states are drawn, and how. */
interface Canvas {
  readonly scope: string;
  readonly indent: string;
  readonly styles: Map<string, Style>;
  /** Whether the last state that is told is the last that there was. */
  readonly showsEnds: boolean;
}

function draw(states: readonly StateNode[], canvas: Canvas): string[] {
  const { scope, indent, styles, showsEnds } = canvas;
  const names = new Map(states.map((state) => [state.name, state]));
  const edges = new Map<string, number>();
  let from = '[*]';
  for (const state of states) {
    const to = idOf(scope, state.name);
    const edge = `${from} --> ${to}`;
    if (!state.isAfterGap) edges.set(edge, (edges.get(edge) ?? 0) + 1);
    from = to;
  }
  const last = states.at(-1);
  if (showsEnds && last?.status === 'succeeded') edges.set(`${from} --> [*]`, 1);
  for (const [name, state] of names) styles.set(idOf(scope, name), styleOf(state));
  return [
    ...[...names].map(([name, state]) => `${indent}state "${labelOf(name, state)}" as ${idOf(scope, name)}`),
    ...[...names].flatMap(([name, state]) => iterations(state, idOf(scope, name), canvas)),
    ...[...edges].map(([edge, count]) => `${indent}${edge}${count > 1 ? `: ${count} times` : ''}`),
  ];
}

/** The iterations of a Map, beside each other. */
function iterations(state: StateNode, id: string, canvas: Canvas): string[] {
  const { indent } = canvas;
  const parts = state.branches.map(({ index, states }) =>
    draw(states, { ...canvas, scope: `${id}_${index}_`, indent: `${indent}  ` }),
  );
  if (parts.length === 0) return [];
  const body = parts.flatMap((part, at) => (at === 0 ? part : [`${indent}  --`, ...part]));
  return [`${indent}state ${id} {`, ...body, `${indent}}`];
}

function labelOf(name: string, { attempts, failure, branches, status }: StateNode): string {
  const orMore = status === 'unknown' ? ' or more' : '';
  const retries = attempts.length > 1 ? `, ${attempts.length} attempts${orMore}` : '';
  const error = failure === undefined || branches.length > 0 ? '' : `: ${failure.error}`;
  return oneLine(`${name}${error}${retries}`).replace(/[";#]/g, ' ');
}

function styleOf({ status, kind, failure }: StateNode): Style {
  if (status === 'failed' || status === 'aborted') return 'failed';
  if (status === 'running' || status === 'unknown') return status;
  if (kind === 'compensation') return 'compensation';
  return status === 'caught' && !isWay(failure?.error ?? '') ? 'failed' : 'succeeded';
}

function idOf(scope: string, name: string): string {
  return `${scope}${name.replace(/\W/g, '')}`;
}
