// The options that query, scan and get of several items share.

import { type Command, InvalidArgumentError } from 'commander';
import { asCount } from '../../audit.ts';
import { UsageError } from '../../errors.ts';
import { collect } from '../../input/pairs.ts';
import type { Io } from '../../io.ts';
import type { StackChoice } from '../../store.ts';

export interface ListingOptions extends StackChoice {
  readonly index?: string;
  readonly cursor?: string;
  readonly project?: readonly string[];
  readonly load?: readonly string[];
  readonly outDir?: string;
  readonly overwrite?: true;
  readonly parallel?: number;
  readonly consistent?: boolean;
  readonly consumed?: true;
  readonly table?: true;
}

/** Rows of a table without --limit; programs get all. */
const DEFAULT_ROWS = 20;
export const DEFAULT_PARALLEL = 8;
const MAX_PARALLEL = 100;

export function withListing(command: Command): Command {
  return command
    .option('--cursor <text>', 'go on where an earlier command stood, which printed this')
    .option('--project <name>', 'read this attribute only, plain or large; may be repeated', collect)
    .option('--load <name>', "print this large attribute's content, in JSON; may be repeated", collect)
    .option('--out-dir <folder>', 'save the content of large attributes: FOLDER/KEY/NAME')
    .option('--overwrite', 'replace files of --out-dir that have other content')
    .option('--parallel <number>', `contents fetched at a time (default: ${DEFAULT_PARALLEL})`, asParallel)
    .option('--no-consistent', 'at half the price, and maybe as it was a moment ago')
    .option('--consumed', 'say how many read units it took')
    .option('--table', 'print a table, also where no terminal is');
}

/** What every listing's --help ends with. */
export const LISTING_HELP = `
On a terminal it prints a table, otherwise one JSON object a line. What follows is told by its cursor, on standard
error, also at Ctrl-C and at a failure: the same command with --cursor goes on there, and prints nothing twice.

Files are named so that two items never share one, on any system: what a name cannot have becomes _, and a digest
ends it. Nothing is written outside of the folder. A file that has the content already stays; one of other content
does too, and fails its item, unless --overwrite is given.`;

export function rowLimit({ limit, ...options }: ListingOptions & { readonly limit?: number }, io: Io) {
  const isShown = isTable(options, io) && options.outDir === undefined;
  return limit ?? (isShown ? DEFAULT_ROWS : undefined);
}

/** @throws {UsageError} for options that go not together */
export function checkOptions({ json, table, load, outDir, overwrite }: ListingOptions): void {
  if (table && json) throw new UsageError('--table: there is --json too');
  if (table && load) throw new UsageError('--load: a table has no room for content; leave --table out');
  if (load && outDir !== undefined)
    throw new UsageError('--load: --out-dir saves content; --project chooses which');
  if (overwrite && outDir === undefined) throw new UsageError('--overwrite: there is no --out-dir');
}

/** Whether rows are for a person. */
export function isTable({ json, table, load }: ListingOptions, { stdout }: Io): boolean {
  return table === true || (stdout.isTTY === true && !json && !load);
}

function asParallel(text: string): number {
  const number = asCount(text);
  if (number > MAX_PARALLEL) throw new InvalidArgumentError(`Expected 1 to ${MAX_PARALLEL}.`);
  return number;
}
