// The command line of `npm run explore`.

import { Command, InvalidArgumentError, Option } from 'commander';
import { FAULT_KINDS, type FaultKind } from '../state/configuration.ts';

export interface Options {
  readonly only?: Selection;
  readonly faults?: number;
  readonly kinds?: readonly FaultKind[];
  readonly walks?: number;
  readonly seed?: number;
  readonly maxStates?: number;
  readonly maxMs?: number;
  readonly first?: boolean;
  readonly mutate?: string;
  readonly mutations?: boolean;
  readonly plain?: boolean;
  readonly replay?: string;
  readonly local?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** A regular expression, and its text: that of a whole name selects that one alone. */
export interface Selection {
  readonly text: string;
  readonly pattern: RegExp;
}

/** The program; parsing gives its options, or throws a CommanderError. */
export function program(): Command {
  return new Command('explore')
    .description(
      'Runs every interleaving of sagas, upkeep and other programs, with faults, through the real code, and says which break a promise.',
    )
    .option(
      '--only <regexp>',
      'configurations whose names match; a whole name selects that one alone',
      selection,
    )
    .option('--faults <n>', 'faults that may happen in each, instead of its own number', wholeNumber(0))
    .addOption(
      new Option('--kinds <list>', `kinds of faults, with commas: ${FAULT_KINDS.join(', ')}`).argParser(
        kinds,
      ),
    )
    .option('--walks <n>', 'random walks instead of every state; also of the crowds', wholeNumber(1))
    .option('--seed <n>', 'seed of the first walk (default: 1)', wholeNumber(0))
    .option(
      '--max-states <n>',
      'states of one configuration after which it is cut off (default: 400,000)',
      wholeNumber(1),
    )
    .option('--max-ms <n>', 'milliseconds after which it is cut off (default: 120,000)', wholeNumber(1))
    .option('--first', 'leave a configuration at its first violation')
    .option('--mutate <name>', 'leave a rule out of the product; --list names them')
    .option('--mutations', 'leave each rule out, one after the other, and print the table')
    .option(
      '--plain',
      'compare with the plain algorithm (docs/hazards.md, part A): how many schedules break a promise',
    )
    .option('--replay <schedule>', 'follow a printed schedule: a file, or the text itself')
    .option('--local', 'with --replay: drive it on the local cloud, as far as its faults can express it')
    .option('--list', 'name configurations and mutations, and end')
    .option('--json', 'one line of JSON for each configuration')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      'after',
      '\nExit codes: 0 all promises hold, 1 violations, 2 wrong command line, 130 interrupted',
    );
}

function selection(text: string): Selection {
  try {
    return { text, pattern: new RegExp(text) };
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least}`);
  };
}

function kinds(text: string): readonly FaultKind[] {
  return text.split(',').map((name) => {
    const kind = FAULT_KINDS.find((one) => one === name);
    if (kind !== undefined) return kind;
    throw new InvalidArgumentError(`"${name}" is none of ${FAULT_KINDS.join(', ')}`);
  });
}
