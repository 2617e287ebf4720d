// Each rule left out, one after the other: what is then lost, after how many steps, found among how many states.

import { configurationNamed, storesOf } from '../configurations/all.ts';
import { loadProduct, Model } from '../model/model.ts';
import { explore } from '../search/breadth-first.ts';
import type { Violation } from '../search/findings.ts';
import type { SearchOptions } from '../search/limits.ts';
import type { Configuration } from '../state/configuration.ts';
import type { Mutation } from './mutation.ts';

export interface MutationRow {
  readonly mutation: Mutation;
  /** The shortest schedule; undefined where none was found within the budget. */
  readonly violation: Violation | undefined;
  /** States that were looked at until then. */
  readonly states: number;
}

/** More than any of them takes. */
export const BUDGET_STATES = 60_000;

/** @throws {Error} when a mutation does not fit the product */
export async function tryMutation(mutation: Mutation, options: SearchOptions = {}): Promise<MutationRow> {
  const configuration = configurationOf(mutation);
  const product = await loadProduct(mutation.changes, storesOf(configuration));
  const model = new Model(product, configuration);
  const { states, violations } = await explore(model, { maxStates: BUDGET_STATES, ...options, first: true });
  return { mutation, violation: violations[0], states };
}

/** What shows a mutation. */
export function configurationOf({ shownBy }: Mutation): Configuration {
  const { configuration: name, ...changes } = shownBy;
  return { ...configurationNamed(name).configuration, ...changes };
}

/** The table of docs/consistency.md. */
export function markdownTable(rows: readonly MutationRow[]): string {
  const cells = rows.map(({ mutation, violation, states }) => [
    mutation.rule,
    mutation.hazards,
    mutation.without,
    violation === undefined ? 'nothing found' : shortPromise(violation.promise),
    String(violation?.schedule.length ?? '-'),
    states.toLocaleString('en'),
  ]);
  const head = ['rule', 'hazards', 'without', 'what is lost', 'steps', 'states'];
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function shortPromise(promise: string): string {
  return promise.replace(/^torn read.*/s, 'torn read').replaceAll('|', '\\|');
}
