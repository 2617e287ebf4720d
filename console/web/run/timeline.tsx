// The states of a run in the order they were entered, each with a bar from its beginning to its end.

import { ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Branch, RunReport, StateNode } from '../../api.ts';
import { formatDuration } from '../format.ts';
import { useNow } from '../parts/time.tsx';
import type { Definition, StateDefinition } from './graph-model.ts';
import { StateDetails } from './state-details.tsx';
import { lookOf } from './state-look.ts';

interface TimelineProps {
  readonly tree: RunReport['tree'];
  readonly definition: Definition | undefined;
  readonly picked: string | undefined;
  readonly onPick: (state: string | undefined) => void;
}

interface Row {
  readonly id: string;
  readonly state: StateNode;
  readonly depth: number;
  readonly branch?: Branch;
  /** How many of its iterations are not shown. */
  readonly folded: number;
}

/** Of more iterations than this, those that simply succeeded are folded but for the first few. */
const MANY_ITERATIONS = 8;
const SHOWN_ITERATIONS = 4;

export function Timeline({ tree, definition, picked, onPick }: TimelineProps) {
  const isRunning = tree.status === 'RUNNING';
  const now = useNow(isRunning ? 500 : 60_000);
  const start = Date.parse(tree.startedAt);
  const span = Math.max(isRunning ? now - start : tree.spanMs, 1);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const rows = rowsOf(tree.states, { unfolded, picked });
  return (
    <section aria-label="Timeline">
      <ol className="timeline">
        {rows.map((row) => (
          <TimelineRow
            key={row.id}
            onUnfold={() => setUnfolded(new Set([...unfolded, row.id]))}
            row={row}
            scale={{ start, span, now }}
            definition={definition && definitionOf(definition, row.state.name)}
            isPicked={row.id === picked}
            onPick={onPick}
          />
        ))}
      </ol>
    </section>
  );
}

interface Scale {
  readonly start: number;
  readonly span: number;
  readonly now: number;
}

interface TimelineRowProps {
  readonly row: Row;
  readonly scale: Scale;
  readonly definition: StateDefinition | undefined;
  readonly isPicked: boolean;
  readonly onPick: (state: string | undefined) => void;
  readonly onUnfold: () => void;
}

function TimelineRow({ row, scale, definition, isPicked, onPick, onUnfold }: TimelineRowProps) {
  const { id, state, depth, branch } = row;
  const element = useRef<HTMLLIElement>(null);
  const { tone, Icon, words } = lookOf(state);
  useEffect(() => {
    if (isPicked) element.current?.scrollIntoView({ block: 'nearest' });
  }, [isPicked]);
  const note = noteOf(state);
  const ms = durationOf(state, scale.now);
  const duration = ms === undefined ? 'not told' : formatDuration(ms);
  return (
    <li ref={element} className={`tone-${tone}${isPicked ? ' picked' : ''}`} data-row={state.name}>
      <button type="button" className="timeline-row" aria-expanded={isPicked} onClick={() => onPick(id)}>
        <span className="timeline-name" style={{ paddingLeft: depth * 18 }}>
          <ChevronRight aria-hidden className="fold" />
          {Icon && <Icon aria-hidden className={`mark${state.status === 'running' ? ' spin' : ''}`} />}
          <span className="timeline-label">
            {state.name}
            <span className="visually-hidden">: {words}</span>
          </span>
          {branch && <span className="tag">{branchText(branch)}</span>}
          {state.kind === 'compensation' && <span className="tag toned">compensation</span>}
          {state.kind === 'cleanup' && <span className="tag">clean-up</span>}
        </span>
        <span className="timeline-bars">
          <Bars state={state} scale={scale} />
        </span>
        <span className="timeline-time number muted">{isInstant(state) ? '' : duration}</span>
        {note && <span className={`timeline-note${state.failure ? '' : ' retried'}`}>{note}</span>}
      </button>
      {isPicked && <StateDetails state={state} definition={definition} />}
      {row.folded > 0 && (
        <button type="button" className="timeline-more" onClick={onUnfold}>
          Show {row.folded} more that succeeded
        </button>
      )}
    </li>
  );
}

/** The state's time, and in it each attempt: those that failed look different. */
function Bars({ state, scale }: { state: StateNode; scale: Scale }) {
  const { start, span, now } = scale;
  const percent = (ms: number) => `${Math.min(Math.max((ms / span) * 100, 0), 100)}%`;
  const place = (at: string, ms: number) => ({ left: percent(Date.parse(at) - start), width: percent(ms) });
  if (isInstant(state))
    return <i className="instant" style={{ left: percent(Date.parse(state.enteredAt) - start) }} />;
  return (
    <>
      <i className="span" style={place(state.enteredAt, durationOf(state, now) ?? 0)} />
      {state.attempts.map((attempt) => (
        <i
          key={attempt.at}
          className={attempt.failure ? 'attempt failed' : 'attempt'}
          style={place(
            attempt.at,
            attempt.durationMs ?? (state.status === 'running' ? now - Date.parse(attempt.at) : 0),
          )}
        />
      ))}
    </>
  );
}

interface Wanted {
  readonly unfolded: ReadonlySet<string>;
  readonly picked: string | undefined;
}

function rowsOf(
  states: readonly StateNode[],
  wanted: Wanted,
  prefix = '',
  depth = 0,
  branch?: Branch,
): Row[] {
  return states.flatMap((state, at) => {
    const id = `${prefix}${at}`;
    const shown = state.branches
      .map((each, index) => ({ each, index }))
      .filter(({ each, index }) => {
        const isWanted = wanted.unfolded.has(id) || wanted.picked?.startsWith(`${id}.${index}.`) === true;
        return isWanted || !isFolded(state, each, index);
      });
    const below = shown.flatMap(({ each, index }) =>
      rowsOf(each.states, wanted, `${id}.${index}.`, depth + 1, each),
    );
    const folded = state.branches.length - shown.length;
    return [{ id, state, depth, folded, ...(branch && { branch }) }, ...below];
  });
}

function isFolded({ branches }: StateNode, { states }: Branch, index: number): boolean {
  const isPlain = states.every(({ status, retries }) => status === 'succeeded' && retries.length === 0);
  return branches.length > MANY_ITERATIONS && index >= SHOWN_ITERATIONS && isPlain;
}

function definitionOf(definition: Definition, name: string): StateDefinition | undefined {
  const inner = Object.values(definition.States).flatMap(({ ItemProcessor }) => ItemProcessor ?? []);
  return [definition, ...inner].map(({ States }) => States[name]).find((state) => state !== undefined);
}

function branchText({ attribute, index }: Branch): string {
  return attribute ?? `#${index}`;
}

function isInstant({ type }: StateNode): boolean {
  return ['Choice', 'Pass', 'Succeed', 'Fail'].includes(type);
}

function durationOf({ status, enteredAt, durationMs }: StateNode, now: number): number | undefined {
  return status === 'running' ? Math.max(now - Date.parse(enteredAt), 0) : durationMs;
}

function noteOf({ failure, retries, redrives, status }: StateNode): string | undefined {
  const orMore = status === 'unknown' ? ' or more' : '';
  const parts = [
    ...(failure ? [[failure.error, failure.message].filter(Boolean).join(': ')] : []),
    ...(retries.length > 0
      ? [
          `retried ${retries.length === 1 ? 'once' : `${retries.length} times`}${orMore} after ${retries.at(-1)?.error || 'an error'}`,
        ]
      : []),
    ...(redrives > 0 ? [`redriven ${redrives === 1 ? 'once' : `${redrives} times`}`] : []),
  ].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(' · ');
}
