// Rules of the default event bus: what they wait for, and what their targets are sent.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html

import { compilePatterns, type Matcher } from '../event-patterns.ts';
import { own } from '../records.ts';

/** An event as targets get it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** An event without what the bus adds. */
export interface NewEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly string[];
  readonly detail: unknown;
  /** Default: now. */
  readonly time?: number | undefined;
}

/** Where an event goes; at most one of the inputs is given. */
export interface RuleTarget {
  /** Of a function, a state machine or a queue. */
  readonly arn: string;
  /** As whom a state machine is started. */
  readonly roleArn: string | undefined;
  /** A constant instead of the event: JSON. */
  readonly input?: string | undefined;
  /** The part of the event that is sent: `$.detail`. */
  readonly inputPath?: string | undefined;
  readonly inputTransformer?: InputTransformer | undefined;
}

interface InputTransformer {
  /** Parts of the event, by name. */
  readonly paths: Readonly<Record<string, string>>;
  /** In which `<name>` stands for such a part. */
  readonly template: string;
}

export interface RuleDefinition {
  readonly arn: string;
  /** Event pattern as JSON. */
  readonly pattern: string | undefined;
  readonly schedule: string | undefined;
  readonly enabled: boolean;
  readonly targets: readonly RuleTarget[];
}

/** Whether a rule waits for an event. @throws {Error} as compilePatterns does */
export function matcherOf({ pattern }: RuleDefinition): Matcher {
  if (pattern === undefined) return () => false;
  try {
    return compilePatterns([pattern]);
  } catch (error) {
    throw new Error(`EventPattern: ${(error as Error).message}`);
  }
}

/** `<aws.events.event.json>` and its kin stand for parts of every event. */
const PREDEFINED = new Map<string, (event: BusEvent, rule: RuleDefinition) => unknown>([
  ['aws.events.event', ({ detail: _, ...event }) => event],
  ['aws.events.event.json', (event) => event],
  ['aws.events.event.ingestion-time', ({ time }) => time],
  ['aws.events.rule-arn', (_event, { arn }) => arn],
  ['aws.events.rule-name', (_event, { arn }) => arn.slice(arn.lastIndexOf('/') + 1)],
]);

/** What a target is sent, as JSON. */
export function inputFor(target: RuleTarget, event: BusEvent, rule: RuleDefinition): string {
  if (target.input !== undefined) return target.input;
  if (target.inputPath !== undefined) return JSON.stringify(partOf(event, target.inputPath) ?? null);
  const { inputTransformer } = target;
  return inputTransformer === undefined ? JSON.stringify(event) : transformed(inputTransformer, event, rule);
}

/**
 * A part that stands in quotes is text within text, any other is JSON; a template that is no JSON then is sent as a
 * string. A part that the event does not have is empty text or null.
 */
function transformed({ paths, template }: InputTransformer, event: BusEvent, rule: RuleDefinition): string {
  const valueFrom = (name: string): unknown => {
    const path = own(paths, name);
    return path === undefined ? PREDEFINED.get(name)?.(event, rule) : partOf(event, path);
  };
  let quoted = false;
  const filled = template.replace(/<([\w.-]{1,128})>|\\.|"/g, (whole, name: string | undefined) => {
    if (whole === '"') quoted = !quoted;
    if (name === undefined) return whole;
    const value = valueFrom(name);
    if (!quoted) return JSON.stringify(value ?? null);
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    return JSON.stringify(text).slice(1, -1);
  });
  try {
    JSON.parse(filled);
    return filled;
  } catch {
    return JSON.stringify(filled);
  }
}

const PATH = /^\$(?:\.[\w-]{1,128}|\[\d{1,6}\])*$/;

/** @throws {Error} unless it is a path of names and positions */
export function checkPath(path: string): void {
  if (PATH.test(path)) return;
  throw new Error(
    `the path ${path} is not supported locally: only names and positions are, as in $.detail.object.key`,
  );
}

function partOf(event: BusEvent, path: string): unknown {
  let part: unknown = event;
  for (const [, name, position] of path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    const step = name ?? position ?? '';
    if (typeof part !== 'object' || part === null) return undefined;
    part = Object.hasOwn(part, step) ? (part as Readonly<Record<string, unknown>>)[step] : undefined;
  }
  return part;
}
