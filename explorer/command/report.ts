// What the command prints: a line for each configuration, and each violation with its schedule.

import type { NamedConfiguration } from '../configurations/all.ts';
import { formatSchedule } from '../schedules/schedule.ts';
import type { Exploration, Violation } from '../search/findings.ts';
import type { Progress } from '../search/limits.ts';

/** One configuration that was explored. */
export interface Explored {
  readonly named: NamedConfiguration;
  readonly exploration: Exploration;
  /** What was left out of the product. */
  readonly mutation?: string | undefined;
  /** Whether it was walked through at random. */
  readonly walked: boolean;
}

/** `known`: violations that the table of known cases expects; `mended`: it expects some, and there are none. */
export type Verdict = 'ok' | 'VIOLATED' | 'known' | 'MENDED';

export function verdictOf({ named, exploration, mutation }: Explored): Verdict {
  const isKnown = named.expected === 'violated' && mutation === undefined;
  if (exploration.violations.length > 0) return isKnown ? 'known' : 'VIOLATED';
  return isKnown && exploration.complete ? 'MENDED' : 'ok';
}

export function reportText(explored: Explored): string {
  const { named, exploration, walked, mutation } = explored;
  const { states, transitions, depth, ends, complete, milliseconds } = exploration;
  const size = walked
    ? `${count(transitions)} walks, ${count(states)} steps, ${count(ends)} distinct ends`
    : `${count(states)} states, ${count(transitions)} transitions, depth ${depth}, ${count(ends)} ends`;
  const cut = complete || walked ? '' : ' (cut off)';
  const line = `${verdictOf(explored).padEnd(8)} ${named.name}: ${size}${cut}, ${seconds(milliseconds)}`;
  if (verdictOf(explored) === 'known') return `${line}\n         ${named.about}`;
  const violations = exploration.violations.map((violation) =>
    violationText(named.name, mutation, violation),
  );
  return [line, ...violations].join('\n');
}

export function violationText(
  configuration: string,
  mutation: string | undefined,
  violation: Violation,
): string {
  const { promise, schedule, end, count: times } = violation;
  const text = formatSchedule({ configuration, mutation, steps: schedule, breaks: promise });
  return `${indented(text)}\n    (met ${times} times; at its end: ${end})`;
}

export function reportJson(explored: Explored): string {
  const { named, exploration, mutation, walked } = explored;
  const { outcomes, ...rest } = exploration;
  return JSON.stringify({
    configuration: named.name,
    verdict: verdictOf(explored),
    ...(mutation !== undefined && { mutation }),
    walked,
    ...rest,
    outcomes: Object.fromEntries(outcomes),
  });
}

export function progressText(name: string, { states, depth, frontier, milliseconds }: Progress): string {
  return `${name}: ${count(states)} so far, depth ${depth}, ${count(frontier)} ahead, ${seconds(milliseconds)}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
