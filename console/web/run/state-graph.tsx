// The run's state machine with the path that the run took. A state that was entered can be picked.

import { type KeyboardEvent, useMemo } from 'react';
import type { RunReport } from '../../api.ts';
import { times } from '../format.ts';
import { type Placed, type PlacedEdge, type PlacedNode, place } from './graph-layout.ts';
import { type Definition, type GraphNode, graphOf } from './graph-model.ts';
import { outline } from './graph-paths.ts';
import { lookOf } from './state-look.ts';

interface StateGraphProps {
  readonly definition: Definition;
  readonly tree: RunReport['tree'];
  /** Whether all that happened is told: else a state may have been reached that does not look so. */
  readonly isWhole: boolean;
  readonly picked: string | undefined;
  readonly onPick: (state: string) => void;
}

export function StateGraph({ definition, tree, isWhole, picked, onPick }: StateGraphProps) {
  const placed = useMemo(
    () => place(graphOf(definition, [tree.states]), definition.StartAt),
    [definition, tree],
  );
  const width = Math.ceil(placed.width);
  const height = Math.ceil(placed.height);
  return (
    <figure className="graph">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="graph-scroll" aria-label="State graph" tabIndex={0}>
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no element for a group with a name */}
        <svg viewBox={`0 0 ${width} ${height}`} style={{ maxWidth: width }} role="group" aria-label="States">
          <defs>
            {['idle', 'taken', 'caught'].map((kind) => (
              <marker
                key={kind}
                id={`arrow-${kind}`}
                className={`arrow ${kind}`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0,0.5L7.5,4L0,7.5Z" />
              </marker>
            ))}
          </defs>
          <Level placed={placed} picked={picked} onPick={onPick} />
        </svg>
      </section>
      <Legend isWhole={isWhole} />
    </figure>
  );
}

type LevelProps = Pick<StateGraphProps, 'picked' | 'onPick'> & { readonly placed: Placed };

/** What was taken is drawn over what was not. */
function Level({ placed, picked, onPick }: LevelProps) {
  const edges = [...placed.edges].sort((one, other) => Number(one.edge.isTaken) - Number(other.edge.isTaken));
  return (
    <>
      {edges.map((edge) => (
        <Edge key={`${edge.edge.from} ${edge.edge.to}`} placed={edge} />
      ))}
      {placed.nodes.map((node) => (
        <Node key={node.node.name} placed={node} picked={picked} onPick={onPick} />
      ))}
    </>
  );
}

function Edge({ placed: { edge, path, label } }: { placed: PlacedEdge }) {
  const kind = edge.isTaken ? (edge.isCatch ? 'caught' : 'taken') : 'idle';
  return (
    <g className={`edge ${kind}`} aria-hidden>
      <path d={path} markerEnd={`url(#arrow-${kind})`} />
      {edge.label !== undefined && (
        <text x={label.x} y={label.y} textAnchor="middle">
          {edge.label}
        </text>
      )}
    </g>
  );
}

function Node({ placed, picked, onPick }: Omit<LevelProps, 'placed'> & { placed: PlacedNode }) {
  const { node, x, y, width, height, inner } = placed;
  const look = lookOf(node);
  const isReached = node.status !== 'not reached';
  const { Icon } = look;
  const labelY = inner ? y - height / 2 + 22 : y + 4.5;
  const pick = () => onPick(node.name);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    pick();
  };
  const content = (
    <>
      <path className="outline" d={outline(look.shape, { x, y, width, height })} />
      {Icon && (
        <Icon x={x - width / 2 + 14} y={labelY - 11.5} width={14} height={14} strokeWidth={2.4} aria-hidden />
      )}
      <text x={x + (Icon ? 9 : 0)} y={labelY} textAnchor="middle">
        {node.name}
        {countOf(node) && <tspan className="count"> {countOf(node)}</tspan>}
      </text>
    </>
  );
  const className = `node tone-${look.tone} ${node.kind} ${node.status.replace(' ', '-')}`;
  return (
    <>
      {isReached ? (
        // biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own
        <g
          className={className}
          role="button"
          tabIndex={0}
          aria-pressed={picked === node.name}
          aria-label={wordsOf(node)}
          data-state={node.name}
          onClick={pick}
          onKeyDown={onKeyDown}
        >
          {content}
        </g>
      ) : (
        <g className={className} data-state={node.name} aria-hidden>
          {content}
        </g>
      )}
      {inner && <Level placed={inner} picked={picked} onPick={onPick} />}
    </>
  );
}

function countOf({ type, visits }: GraphNode): string {
  return type !== 'Map' && visits > 1 ? `×${visits}` : '';
}

function wordsOf(node: GraphNode): string {
  const { name, retries } = node;
  return [
    `${[name, countOf(node)].filter(Boolean).join(' ')}: ${lookOf(node).words}`,
    ...(retries > 0 ? [`retried ${times(retries)}`] : []),
  ].join(', ');
}

const LEGEND = [
  { name: 'Step', kind: 'step', status: 'succeeded', label: 'done' },
  { name: 'Step', kind: 'step', status: 'caught', label: 'failed, caught' },
  { name: 'Step', kind: 'compensation', status: 'succeeded', label: 'compensation' },
  { name: 'Step', kind: 'step', status: 'failed', label: 'stopped here' },
  { name: 'Step', kind: 'step', status: 'not reached', label: 'not reached' },
] as const;

function Legend({ isWhole }: { isWhole: boolean }) {
  return (
    <figcaption className="legend">
      {LEGEND.map(({ label, ...state }) => {
        const { tone, shape, Icon } = lookOf(state);
        return (
          <span key={label}>
            <svg viewBox="0 0 28 18" width="28" height="18" aria-hidden>
              <g className={`node tone-${tone} ${state.kind} ${state.status.replace(' ', '-')}`}>
                <path className="outline" d={outline(shape, { x: 14, y: 9, width: 25, height: 15 })} />
                {Icon && <Icon x={9} y={4} width={10} height={10} strokeWidth={2.6} />}
              </g>
            </svg>
            {state.status === 'not reached' && !isWhole ? 'not told' : label}
          </span>
        );
      })}
    </figcaption>
  );
}
