// Writes what the documentation takes from the code: README's state graphs and the contract's JSON Schemas.
// `npm run docs` runs it; a test fails when what is committed is not current.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Definition, toMermaid } from '../audit/mermaid.ts';
import { inputJsonSchema, OPERATIONS, outputJsonSchema } from '../core/index.ts';

const root = join(import.meta.dirname, '..');
const COMPENSATIONS = new Set(['LetRequestsExpire', 'DeleteCreatedObjects']);

/** Path below the repository's root and text of every file that is generated, wholly or in part. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const schemas = [
    ...OPERATIONS.map((operation) => [`${operation}-input`, inputJsonSchema(operation)] as const),
    ['output', outputJsonSchema()] as const,
  ];
  return new Map([
    ['README.md', await withGraphs(await readFile(join(root, 'README.md'), 'utf8'))],
    ...schemas.map(
      ([name, schema]) =>
        [`docs/contract/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`] as const,
    ),
  ]);
}

/** README with the Mermaid source between each `<!-- graph:NAME -->` and `<!-- /graph -->` drawn anew. */
async function withGraphs(readme: string): Promise<string> {
  const graphs = await Promise.all(
    OPERATIONS.map(async (operation) => {
      const file = await readFile(join(root, 'statemachines', `${operation}.asl.json`), 'utf8');
      return [operation, toMermaid(JSON.parse(file) as Definition, COMPENSATIONS)] as const;
    }),
  );
  return graphs.reduce((text, [operation, graph]) => {
    const section = new RegExp(`(<!-- graph:${operation} -->)[^]*?(<!-- /graph -->)`);
    if (!section.test(text)) throw new Error(`README.md: no section <!-- graph:${operation} -->`);
    return text.replace(section, (_, start, end) => `${start}\n\`\`\`mermaid\n${graph}\n\`\`\`\n${end}`);
  }, readme);
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of await generatedFiles()) await writeFile(join(root, path), text);
}
