// What the audience sees: headings, runs as trees, pointers beside objects, and checks.

import { isDeepStrictEqual } from 'node:util';
import pc from 'picocolors';
import { cut } from '../../audit/drawing/text.ts';
import { renderTree } from '../../audit/drawing/tree.ts';
import type { RunTree } from '../../audit/history/history.ts';

export const WIDTH = 80;

/** One expectation, and whether it was met. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
}

export class Screen {
  readonly checks: Check[] = [];
  readonly #print: (line: string) => void;
  readonly #color: boolean;
  readonly #pc: ReturnType<typeof pc.createColors>;

  constructor(print: (line: string) => void, color: boolean) {
    this.#print = print;
    this.#color = color;
    this.#pc = pc.createColors(color);
  }

  heading(title: string): void {
    this.#print('');
    this.#print(this.#pc.bold(`── ${title} ${'─'.repeat(WIDTH - 4 - title.length)}`));
  }

  text(line: string): void {
    this.#print(cut(line, WIDTH));
  }

  run(tree: RunTree, title: string): void {
    for (const line of renderTree(tree, { width: WIDTH, color: this.#color, title })) this.#print(line);
  }

  /** @param rows - cells of equal number; the last one takes what is left of the line */
  table(rows: readonly (readonly string[])[]): void {
    const widths =
      rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
    for (const [at, row] of rows.entries()) {
      const line = cut(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '), WIDTH - 2);
      this.#print(`  ${at === 0 ? this.#pc.dim(line) : line}`);
    }
  }

  check(name: string, actual: unknown, expected: unknown = true): void {
    const ok = isDeepStrictEqual(actual, expected);
    this.checks.push({ name, ok });
    this.#print(ok ? this.#pc.green(`✓ ${name}`) : this.#pc.red(`✗ ${name}`));
    if (ok) return;
    this.#print(`  expected ${cut(JSON.stringify(expected), WIDTH - 11)}`);
    this.#print(`  got      ${cut(JSON.stringify(actual) ?? 'nothing', WIDTH - 11)}`);
  }

  summary(seconds: number): void {
    const failed = this.checks.filter(({ ok }) => !ok).length;
    const all = this.checks.length;
    this.#print('');
    const line = `${all - failed} of ${all} checks passed in ${seconds.toFixed(1)} s`;
    this.#print(
      failed === 0 ? this.#pc.bold(this.#pc.green(`✓ ${line}`)) : this.#pc.bold(this.#pc.red(`✗ ${line}`)),
    );
  }
}
