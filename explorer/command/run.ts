// The command as a function: arguments in, exit code out.

import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import {
  CONFIGURATIONS,
  configurationNamed,
  type NamedConfiguration,
  storesOf,
} from '../configurations/all.ts';
import { type Change, loadProduct, Model, type Product } from '../model/model.ts';
import { MUTATIONS, mutationNamed } from '../mutations/all.ts';
import { type MutationRow, markdownTable, tryMutation } from '../mutations/table.ts';
import { onOwnCloud } from '../on-local-cloud/own-cloud.ts';
import { reordered } from '../on-local-cloud/reorder.ts';
import { NotExpressible } from '../on-local-cloud/script.ts';
import { CONTESTS } from '../plain/contests.ts';
import { type ContestRow, contestJson, contestRow, contestTable } from '../plain/plain.ts';
import { CannotFollow, replay } from '../schedules/replay.ts';
import { NoSchedule, parseSchedule, type Schedule } from '../schedules/schedule.ts';
import { shrink } from '../schedules/shrink.ts';
import { explore } from '../search/breadth-first.ts';
import type { Exploration } from '../search/findings.ts';
import type { SearchOptions } from '../search/limits.ts';
import { walk } from '../search/walks.ts';
import type { Configuration } from '../state/configuration.ts';
import { type Options, program } from './options.ts';
import { type Explored, progressText, reportJson, reportText, verdictOf } from './report.ts';

/** What the command uses of its process. */
export interface Io {
  print(line: string): void;
  /** For people who wait; an empty line takes the last one away. */
  progress(line: string): void;
  fail(line: string): void;
  /** Ctrl-C: what was explored so far is printed. */
  readonly signal: AbortSignal;
}

export const EXIT = { kept: 0, broken: 1, usage: 2, interrupted: 130 } as const;

/** A wrong command line, in words. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns one of {@link EXIT} */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options: Options = program().parse(argv, { from: 'user' }).opts();
    return await carryOut(options, io);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.kept;
    const isUsage =
      error instanceof CommanderError || error instanceof UsageError || error instanceof NoSchedule;
    const isTold = isUsage || error instanceof CannotFollow || error instanceof NotExpressible;
    if (!isTold) throw error;
    io.fail(`error: ${error.message.replace(/^error: /, '')}`);
    return isUsage ? EXIT.usage : EXIT.broken;
  }
}

function carryOut(options: Options, io: Io): Promise<number> {
  if (options.list) return Promise.resolve(list(io));
  if (options.replay !== undefined) return replayGiven(options.replay, options.local ?? false, io);
  if (options.mutations) return exploreMutations(options, io);
  if (options.plain) return comparePlain(options, io);
  return exploreSelected(options, io);
}

function list(io: Io): number {
  io.print('Configurations:');
  for (const { name, expected, about } of CONFIGURATIONS) {
    io.print(`  ${name}${expected === 'violated' ? ` (known: ${about})` : ''}`);
  }
  io.print('Mutations:');
  for (const { name, rule, hazards, without } of MUTATIONS) {
    io.print(`  ${name.padEnd(30)} rule ${rule}, ${hazards}: without ${without}`);
  }
  return EXIT.kept;
}

async function exploreSelected(options: Options, io: Io): Promise<number> {
  const selected = selection(options);
  const changes = changesOf(options.mutate);
  const product = await loadProduct(
    changes,
    Math.max(...selected.map(({ configuration }) => storesOf(configuration))),
  );
  const total = { states: 0, transitions: 0, broken: 0 };
  for (const named of selected) {
    if (io.signal.aborted) break;
    const explored = await exploreOne(product, named, options, io);
    io.progress('');
    io.print(options.json ? reportJson(explored) : reportText(explored));
    total.states += explored.exploration.states;
    total.transitions += explored.exploration.transitions;
    if (/VIOLATED|MENDED/.test(verdictOf(explored))) total.broken += 1;
  }
  if (!options.json) {
    const { states, transitions, broken } = total;
    const [seen, steps] = [states, transitions].map((value) => value.toLocaleString('en'));
    io.print(
      `total: ${seen} states, ${steps} ${options.walks ? 'walks' : 'transitions'}; not as expected: ${broken}`,
    );
  }
  if (io.signal.aborted) return EXIT.interrupted;
  return total.broken > 0 ? EXIT.broken : EXIT.kept;
}

/** @throws {UsageError} when none is left */
function selection({ only, walks }: Options): readonly NamedConfiguration[] {
  const whole = CONFIGURATIONS.filter(({ name }) => name === only?.text);
  if (whole.length > 0) return whole;
  const matching = CONFIGURATIONS.filter(({ name }) => only?.pattern.test(name) ?? true);
  if (matching.length === 0)
    throw new UsageError(`--only ${only?.text}: no configuration matches; --list names them`);
  const chosen =
    walks === undefined && only === undefined ? matching.filter(({ isCrowd }) => !isCrowd) : matching;
  return chosen;
}

/** @throws {UsageError} */
function changesOf(name: string | undefined): readonly Change[] {
  if (name === undefined) return [];
  const mutation = mutationNamed(name);
  if (mutation === undefined)
    throw new UsageError(`--mutate ${name}: there is no such mutation; --list names them`);
  return mutation.changes;
}

async function exploreOne(
  product: Product,
  named: NamedConfiguration,
  options: Options,
  io: Io,
): Promise<Explored> {
  const { faults, kinds, mutate: mutation, walks, seed } = options;
  const configuration: Configuration = {
    ...named.configuration,
    ...(faults !== undefined && { faults }),
    ...(kinds !== undefined && { kinds }),
  };
  const model = new Model(product, configuration);
  const search = searchOptions(named.name, options, io);
  if (walks === undefined)
    return { named, mutation, walked: false, exploration: await explore(model, search) };
  const walked = await walk(model, { ...search, walks, ...(seed !== undefined && { seed }) });
  return { named, mutation, walked: true, exploration: await shrunk(model, walked) };
}

/** What a walk finds has steps that do not matter. */
async function shrunk(model: Model, exploration: Exploration): Promise<Exploration> {
  const violations: Exploration['violations'][number][] = [];
  for (const violation of exploration.violations) {
    violations.push({ ...violation, schedule: await shrink(model, violation.schedule, violation.promise) });
  }
  return { ...exploration, violations };
}

function searchOptions(name: string, { maxStates, maxMs, first }: Options, io: Io): SearchOptions {
  return {
    ...(maxStates !== undefined && { maxStates }),
    ...(maxMs !== undefined && { maxMs }),
    ...(first !== undefined && { first }),
    signal: io.signal,
    onProgress: (progress) => io.progress(progressText(name, progress)),
  };
}

async function exploreMutations(options: Options, io: Io): Promise<number> {
  const rows: MutationRow[] = [];
  for (const mutation of MUTATIONS) {
    if (io.signal.aborted) break;
    io.progress(`${mutation.name} (${rows.length + 1} of ${MUTATIONS.length})`);
    rows.push(await tryMutation(mutation, searchOptions(mutation.name, options, io)));
  }
  io.progress('');
  if (options.json) for (const row of rows) io.print(JSON.stringify(row));
  else io.print(markdownTable(rows));
  if (io.signal.aborted) return EXIT.interrupted;
  return rows.every(({ violation }) => violation !== undefined) ? EXIT.kept : EXIT.broken;
}

async function comparePlain(options: Options, io: Io): Promise<number> {
  const rows: ContestRow[] = [];
  for (const contest of CONTESTS) {
    if (io.signal.aborted) break;
    io.progress(`${contest.runs} (${rows.length + 1} of ${CONTESTS.length})`);
    rows.push(await contestRow(contest));
  }
  io.progress('');
  io.print(options.json ? rows.map(contestJson).join('\n') : contestTable(rows));
  if (io.signal.aborted) return EXIT.interrupted;
  return rows.every(({ twinwrite }) => twinwrite.broken === 0n) ? EXIT.kept : EXIT.broken;
}

/** @throws {NoSchedule | CannotFollow | UsageError} */
async function replayGiven(given: string, local: boolean, io: Io): Promise<number> {
  const schedule = parseSchedule(given.includes('\n') ? given : textOf(given));
  const { configuration } = knownConfiguration(schedule.configuration);
  if (local) return replayOnLocalCloud(schedule, configuration, io);
  const product = await loadProduct(changesOf(schedule.mutation), storesOf(configuration));
  const { steps, broken, end } = await replay(new Model(product, configuration), schedule.steps);
  for (const [at, step] of steps.entries()) io.print(`${at + 1}. ${step}`);
  io.print(`at its end: ${end}`);
  for (const promise of broken) io.print(`breaks: ${promise}`);
  if (broken.length === 0) io.print('breaks no promise');
  return broken.length > 0 ? EXIT.broken : EXIT.kept;
}

/** @throws {NotExpressible | UsageError} */
async function replayOnLocalCloud(schedule: Schedule, configuration: Configuration, io: Io): Promise<number> {
  const { mutation, steps, breaks } = schedule;
  if (mutation !== undefined)
    throw new UsageError('--local: the local cloud runs the product with all of its rules');
  const model = new Model(await loadProduct([], storesOf(configuration)), configuration);
  io.progress('deploying into a local cloud');
  const end = await onOwnCloud(
    model,
    await reordered(model, steps, ({ broken }) => breaks === undefined || broken.includes(breaks)),
  );
  io.progress('');
  io.print(JSON.stringify(end, null, 2));
  return end.dangling.length > 0 ? EXIT.broken : EXIT.kept;
}

function knownConfiguration(name: string): NamedConfiguration {
  try {
    return configurationNamed(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--replay: ${(error as Error).message}`);
  }
}
