// The plain algorithm in the same world, under the same faults and promises: what it loses, and how often.

import type { Definitions, Machine } from '../asl/definitions.ts';
import { storesOf } from '../configurations/all.ts';
import { loadProduct, Model, type Product } from '../model/model.ts';
import { explore } from '../search/breadth-first.ts';
import { countSchedules, type ScheduleCount } from '../search/count.ts';
import type { Violation } from '../search/findings.ts';
import type { Configuration } from '../state/configuration.ts';
import type { Contest } from './contests.ts';

export interface ContestResult extends ScheduleCount {
  readonly states: number;
  /** The shortest way to a broken promise. */
  readonly violation: Violation | undefined;
}

export interface ContestRow {
  readonly contest: Contest;
  readonly plain: ContestResult;
  readonly twinwrite: ContestResult;
}

/** Lets both write under the same schedules. */
export async function contestRow(contest: Contest): Promise<ContestRow> {
  const product = await loadProduct([], storesOf(contest.configuration));
  return {
    contest,
    plain: await resultOf(plainProduct(product), plainly(contest.configuration)),
    twinwrite: await resultOf(product, carefully(contest.configuration)),
  };
}

async function resultOf(product: Product, configuration: Configuration): Promise<ContestResult> {
  const { states, violations } = await explore(new Model(product, configuration));
  const [violation] = [...violations].sort((one, other) => one.schedule.length - other.schedule.length);
  return { states, violation, ...(await countSchedules(new Model(product, configuration))) };
}

function plainly({ initial, ...configuration }: Configuration): Configuration {
  const item = initial && { initial: { ...initial, writtenBy: 'plain' as const } };
  return { ...configuration, ...item, redrives: 0, nobodyComesAfter: true };
}

/** A saga's create never replaces an item. */
function carefully({ writes, ...configuration }: Configuration): Configuration {
  return { ...configuration, writes: writes.map(({ onlyIfAbsent: _, ...write }) => write) };
}

/** One task does it all, and nobody tries again. */
function plainProduct(product: Product): Product {
  const machine = (operation: string): Machine => ({
    StartAt: 'Write',
    States: {
      Write: {
        Type: 'Task',
        Arguments: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: as definitions name functions
          FunctionName: '${PlainFunction}',
          Payload: { operation, input: '{% $states.context.Execution.Input %}' },
        },
      },
    },
  });
  const definitions: Definitions = {
    create: machine('create'),
    update: machine('update'),
    delete: machine('delete'),
  };
  return { ...product, definitions, reader: 'PlainRead', sharesKeys: true };
}

/** The table of docs/consistency.md. */
export function contestTable(rows: readonly ContestRow[]): string {
  const cells = rows.map(({ contest, plain, twinwrite }) => [
    contest.hazards,
    contest.runs,
    ofAll(plain),
    plain.violation?.promise.replace(/^torn read.*/s, 'torn read').replaceAll('|', '\\|') ?? 'nothing',
    String(plain.violation?.schedule.length ?? '-'),
    ofAll(twinwrite),
  ]);
  const head = ['hazards', 'runs', 'plain: broken', 'what first', 'steps', 'Twinwrite: broken'];
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function ofAll({ broken, schedules }: ScheduleCount): string {
  return `${broken.toLocaleString('en')} of ${schedules.toLocaleString('en')}`;
}

/** A row as a line of JSON; counts are texts, since they may be past what numbers hold. */
export function contestJson(row: ContestRow): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
