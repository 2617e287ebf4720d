// The fault sweep: every call of every saga, failing in every way, once or for good. Which calls there are is seen from a
// run in which nothing fails, so that a new one is swept by itself.

import type { ObservedCall } from '../../local/index.ts';
import { type Cell, type CellResult, runCell, type SweptCall, TOKEN_FORGOTTEN_MS } from './cell.ts';
import { courseOf } from './courses.ts';
import { isSilent, KINDS, type Kind, type SweptService } from './kinds.ts';
import { keyOf, type Scenario, type Subject } from './scenario.ts';
import { unsoundness } from './soundness.ts';
import type { Stand } from './stand.ts';

export interface Swept {
  readonly result: CellResult;
  /** Of a cell whose run got stuck: the same, redriven when the token of its write is forgotten. */
  readonly later?: CellResult;
  /** Real time, of both. */
  readonly tookMs: number;
}

let items = 0;

function newSubject(stand: Stand): Subject {
  items += 1;
  return { stand, id: `swept-${items}` };
}

/**
 * The calls of S3, DynamoDB and Lambda that a scenario's run makes when nothing fails but what fails by design.
 * @throws {Error} when the run does not end as the scenario says
 */
export async function callsOf(stand: Stand, scenario: Scenario): Promise<readonly SweptCall[]> {
  const subject = newSubject(stand);
  const { faults } = stand.cloud;
  faults.clear();
  await scenario.prepare?.(subject);
  const input = await scenario.input(subject);
  const item = await stand.item(keyOf(subject));
  for (const fault of scenario.faults?.(subject) ?? []) faults.inject(fault);
  const strange = new Set<ObservedCall>();
  const calls = await stand.record(async () => {
    const { ends, error } = await courseOf(scenario, subject, input, {
      item,
      atFirstPause: async () => {
        const rival = await stand.record(async () => {
          await scenario.rival?.(subject);
        });
        for (const call of rival) strange.add(call);
      },
      mend: () => undefined,
    });
    const end = error ?? ends.at(-1);
    if (end !== scenario.ends) throw new Error(`${scenario.name}: ${end} instead of ${scenario.ends}`);
  });
  faults.clear();
  await stand.drain();
  const landed = new Set<string>();
  const isSwept = (call: ObservedCall): boolean => {
    if (strange.has(call)) return false;
    if (call.service !== 'states') return true;
    // A late one is seen again when it lands.
    const isNew = !landed.has(call.subject);
    landed.add(call.subject);
    return isNew && scenario.lane === 'express';
  };
  return sweptCalls(calls.filter(isSwept));
}

function sweptCalls(calls: readonly ObservedCall[]): SweptCall[] {
  const seen = new Map<string, number>();
  const count = (name: string): number => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before;
  };
  let caller = '';
  return calls.map((call) => {
    const { service, operation } = call;
    const { match, label: name } = nameOf(call, caller);
    if (service === 'lambda') caller = name;
    const earlier = count(`label ${name}`);
    return {
      label: earlier === 0 ? name : `${name} ${earlier + 1}`,
      service: service as SweptService,
      operation,
      ...(match !== undefined && { match }),
      skip: count(`call ${service} ${operation} ${match}`),
    };
  });
}

/** Who makes a call, and what; and what tells it from others of its operation. */
function nameOf(call: ObservedCall, caller: string): { readonly label: string; readonly match?: string } {
  const { service, operation, subject } = call;
  if (service === 'lambda') {
    const invoked = subject.slice(0, subject.indexOf(' '));
    return { label: taskOf(invoked), match: invoked };
  }
  if (operation === 'StartExecution') {
    const isHandOver = subject.includes('continues');
    return isHandOver
      ? { label: 'HandOver', match: 'continues' }
      : { label: 'Client: StartExecution', match: 'settles' };
  }
  if (service === 'states') return { label: 'Client: StartSyncExecution' };
  return { label: `${isOfClient(call) ? 'Client' : caller}: ${operation}` };
}

/** A look of `client.outcome` at who has written an item, and the end of what was staged: sagas delete by DeleteObjects alone. */
function isOfClient({ operation, subject }: ObservedCall): boolean {
  return operation === 'DeleteObject' || subject.includes('"ProjectionExpression":"#saga"');
}

/** `Twinwrite-DocsTasksWriteItem361ED12C`: WriteItem. */
function taskOf(functionName: string): string {
  return /Tasks(\w+?)[0-9A-F]{8}/.exec(functionName)?.[1] ?? functionName;
}

/**
 * Every kind of failure of these calls, once and for good.
 * @param known - labels of calls that an earlier scenario of the operation and lane makes: kinds that are another's variants, and those
 * that cost real seconds, are tried once a label
 */
export function cellsOf(
  scenario: Scenario,
  calls: readonly SweptCall[],
  known: ReadonlySet<string> = new Set(),
): Cell[] {
  return calls.flatMap((call) =>
    KINDS.filter((kind) => kind.of[call.service] !== undefined)
      .filter((kind) => !known.has(call.label) || !(kind.onceALabel || isOfCaller(call)))
      .filter((kind) => !isSilent(kind) || !isOfCaller(call))
      .flatMap((kind) => (['once', 'for good'] as const).map((often) => ({ scenario, call, kind, often }))),
  );
}

/** The client waits for real seconds where it is throttled, and for minutes where it is not answered. */
function isOfCaller({ label }: SweptCall): boolean {
  return label.startsWith('Client: ');
}

export interface SweepStands {
  /** For calls that are answered at once, whatever the answer. */
  readonly usual: readonly Stand[];
  /** For those that nobody answers: with quick time-outs. None: those are left out. */
  readonly quick: readonly Stand[];
}

export interface Sweep {
  /** In the order of the cells. */
  readonly swept: readonly Swept[];
  /** What a check of the stores found at the end that a reader would meet. */
  readonly unsound: readonly string[];
}

/** Every call of these scenarios in every way, as runs on the stand in which nothing fails show them. */
export async function allCells(scenarios: readonly Scenario[], stand: Stand): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const known = new Map<string, Set<string>>();
  for (const scenario of scenarios) {
    const calls = await callsOf(stand, scenario);
    const way = `${scenario.lane} ${scenario.operation}`;
    const before = known.get(way) ?? new Set();
    cells.push(...cellsOf(scenario, calls, before));
    known.set(way, new Set([...before, ...calls.map(({ label }) => label)]));
  }
  return cells;
}

/**
 * Every call of these scenarios, in every way.
 * @param kinds - the ways, if not all
 */
export async function sweepScenarios(
  scenarios: readonly Scenario[],
  stands: SweepStands,
  onSwept?: (swept: Swept, cells: number) => void,
  kinds: readonly Kind[] = KINDS,
): Promise<Sweep> {
  const [stand] = stands.usual;
  if (stand === undefined) throw new Error('there is no stand to see the calls on');
  const cells = await allCells(scenarios, stand);
  const chosen = cells.filter(
    ({ kind }) => kinds.includes(kind) && (stands.quick.length > 0 || !isSilent(kind)),
  );
  return sweep(chosen, stands, (swept) => onSwept?.(swept, chosen.length));
}

/** Sweeps cells, each stand one at a time, and checks the stores at the end. */
export async function sweep(
  cells: readonly Cell[],
  { usual, quick }: SweepStands,
  onSwept: (swept: Swept) => void = () => undefined,
): Promise<Sweep> {
  const swept = new Map<Cell, Swept>();
  const work = async (stand: Stand, queue: Cell[]): Promise<void> => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      const since = performance.now();
      const result = await runCell(cell, newSubject(stand));
      const isStuck = result.ends.includes('stuck');
      const later = isStuck ? await runCell(cell, newSubject(stand), TOKEN_FORGOTTEN_MS) : undefined;
      const both = { result, ...(later && { later }), tookMs: performance.now() - since };
      swept.set(cell, both);
      onSwept(both);
    }
  };
  const silent = cells.filter(({ kind }) => isSilent(kind));
  const others = cells.filter(({ kind }) => !isSilent(kind));
  await Promise.all([
    ...usual.map((stand) => work(stand, others)),
    ...quick.map((stand) => work(stand, silent)),
  ]);
  const unsound: string[] = [];
  for (const stand of [...usual, ...quick]) unsound.push(...(await unsoundness(stand)));
  return { swept: cells.flatMap((cell) => swept.get(cell) ?? []), unsound };
}
