// Writes what the documentation takes from the code: README's state graphs and examples, the contract's JSON Schemas.
// `npm run docs` runs it; a test fails when what is committed is not current.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Definition, toMermaid } from '../audit/mermaid.ts';
import { inputJsonSchema, OPERATIONS, outputJsonSchema } from '../core/index.ts';

const root = join(import.meta.dirname, '..');
const COMPENSATIONS = new Set(['DeleteCreatedObjects']);

/** Path below the repository's root and text of every file that is generated, wholly or in part. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const schemas = [
    ...OPERATIONS.map((operation) => [`${operation}-input`, inputJsonSchema(operation)] as const),
    ['output', outputJsonSchema()] as const,
  ];
  return new Map([
    ['README.md', await withExamples(await withGraphs(await readFile(join(root, 'README.md'), 'utf8')))],
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
  return graphs.reduce(
    (text, [operation, graph]) =>
      fill(text, `graph:${operation}`, 'graph', `\`\`\`mermaid\n${graph}\n\`\`\``),
    readme,
  );
}

const EXAMPLES = { 'quick-start.ts': 'ts', 'stack.ts': 'ts', 'quick_start.py': 'python' } as const;

/** README with each example as it stands in examples/, without the lines that say what the file is for. */
async function withExamples(readme: string): Promise<string> {
  let text = readme;
  for (const [name, language] of Object.entries(EXAMPLES)) {
    const source = await readFile(join(root, 'examples', name), 'utf8');
    const code = source.replace(/^(\/\/.*\n|"""[\s\S]*?"""\n)\n/, '').trimEnd();
    text = fill(text, `example:${name}`, 'example', `\`\`\`${language}\n${code}\n\`\`\``);
  }
  return text;
}

/** The text with what stands between `<!-- {start} -->` and `<!-- /{end} -->` replaced. */
function fill(text: string, start: string, end: string, content: string): string {
  const section = new RegExp(`(<!-- ${start} -->)[\\s\\S]*?(<!-- /${end} -->)`);
  if (!section.test(text)) throw new Error(`README.md: no section <!-- ${start} -->`);
  return text.replace(section, (_, open, close) => `${open}\n${content}\n${close}`);
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of await generatedFiles()) await writeFile(join(root, path), text);
}
