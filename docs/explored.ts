// Writes what consistency.md takes from the explorer: tables, and a drawn schedule. `npm run docs:explored` runs it, in a minute;
// a thorough test fails when what is committed is not current.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS, NEEDED } from '../explorer/configurations/assumptions.ts';
import { KNOWN, type KnownCase } from '../explorer/configurations/known.ts';
import { MUTATIONS } from '../explorer/mutations/all.ts';
import { type MutationRow, markdownTable, tryMutation } from '../explorer/mutations/table.ts';
import { CONTESTS } from '../explorer/plain/contests.ts';
import { type ContestRow, contestRow, contestTable } from '../explorer/plain/plain.ts';
import { sequenceDiagram } from '../explorer/schedules/diagram.ts';
import { fill } from './fill.ts';

export const CONSISTENCY_PAGE = join(import.meta.dirname, 'consistency.md');

/** The mutation whose schedule is drawn. */
const DRAWN = 'short-pause';

export interface Explored {
  readonly mutations: readonly MutationRow[];
  readonly contests: readonly ContestRow[];
}

export async function explored(): Promise<Explored> {
  const mutations: MutationRow[] = [];
  for (const mutation of MUTATIONS) mutations.push(await tryMutation(mutation));
  const contests: ContestRow[] = [];
  for (const contest of CONTESTS) contests.push(await contestRow(contest));
  return { mutations, contests };
}

/** The page with its sections drawn anew. @throws {Error} when the drawn mutation was not found */
export function withExplored(page: string, { mutations, contests }: Explored): string {
  const drawn = mutations.find(({ mutation }) => mutation.name === DRAWN)?.violation;
  if (drawn === undefined) throw new Error(`${DRAWN}: nothing was found that could be drawn`);
  const diagram = sequenceDiagram({ configuration: DRAWN, steps: drawn.schedule });
  const sections = {
    mutations: markdownTable(mutations),
    plain: contestTable(contests),
    drawn: `\`\`\`mermaid\n${diagram}\n\`\`\``,
    known: casesTable(KNOWN),
    limits: casesTable(LIMITS),
    needed: casesTable(NEEDED),
  };
  return Object.entries(sections).reduce(
    (text, [name, content]) => fill(text, name, name, `\n${content}\n`),
    page,
  );
}

function casesTable(cases: Readonly<Record<string, KnownCase>>): string {
  const rows = Object.entries(cases).map(([name, { about, expected }]) => {
    return [`\`${name.replaceAll('|', '\\|')}\``, about, expected];
  });
  const head = ['configuration', 'what happens', 'found'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = await readFile(CONSISTENCY_PAGE, 'utf8');
  await writeFile(CONSISTENCY_PAGE, withExplored(page, await explored()));
}
