// The states of a run in the order they were entered, each with a bar from its beginning to its end.

import { ChevronRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
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
}

export function Timeline({ tree, definition, picked, onPick }: TimelineProps) {
  const isRunning = tree.status === 'RUNNING';
  const now = useNow(isRunning ? 500 : 60_000);
  const start = Date.parse(tree.startedAt);
  const span = Math.max(isRunning ? now - start : tree.durationMs, 1);
  const rows = rowsOf(tree.states);
  return (
    <section aria-label="Timeline">
      <ol className="timeline">
        {rows.map((row) => (
          <TimelineRow
            key={row.id}
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
}

function TimelineRow({ row, scale, definition, isPicked, onPick }: TimelineRowProps) {
  const { id, state, depth, branch } = row;
  const element = useRef<HTMLLIElement>(null);
  const { tone, Icon, words } = lookOf(state);
  useEffect(() => {
    if (isPicked) element.current?.scrollIntoView({ block: 'nearest' });
  }, [isPicked]);
  const note = noteOf(state);
  const duration = formatDuration(durationOf(state, scale.now));
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
      <i className="span" style={place(state.enteredAt, durationOf(state, now))} />
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

function rowsOf(states: readonly StateNode[], prefix = '', depth = 0, branch?: Branch): Row[] {
  return states.flatMap((state, at) => {
    const id = `${prefix}${at}`;
    const below = state.branches.flatMap((each, index) =>
      rowsOf(each.states, `${id}.${index}.`, depth + 1, each),
    );
    return [{ id, state, depth, ...(branch && { branch }) }, ...below];
  });
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

function durationOf({ status, enteredAt, durationMs }: StateNode, now: number): number {
  return status === 'running' ? Math.max(now - Date.parse(enteredAt), 0) : durationMs;
}

function noteOf({ failure, retries, redrives }: StateNode): string | undefined {
  const parts = [
    ...(failure ? [[failure.error, failure.message].filter(Boolean).join(': ')] : []),
    ...(retries.length > 0
      ? [
          `retried ${retries.length === 1 ? 'once' : `${retries.length} times`} after ${retries.at(-1)?.error || 'an error'}`,
        ]
      : []),
    ...(redrives > 0 ? [`redriven ${redrives === 1 ? 'once' : `${redrives} times`}`] : []),
  ].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(' · ');
}
