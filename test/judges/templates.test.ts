// What judges the templates themselves: cfn-lint (CloudFormation's schemas, by Region) and checkov. Both are Python's.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CFN_LINT, CHECKOV } from './accepted.ts';
import { type Finding, needless, unexpected } from './findings.ts';
import { makeVariants, type Variant } from './variants.ts';

const PROGRAMS = join(import.meta.dirname, '..', '..', '.venv-judges', 'bin');
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 256 * 1024 ** 2;

let folder: string;
let variants: readonly Variant[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinwrite-judges-'));
  const made = makeVariants(folder);
  made.app.synth();
  variants = made.variants;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the program prints. It ends with another code than 0 when it has found something. */
function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(join(PROGRAMS, program), args, options, (error, stdout, stderr) => {
      if (stdout.trim() === '' && error) reject(new Error(`${program}: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

async function lint(region: string, files: readonly string[]): Promise<Finding[]> {
  const printed = await output('cfn-lint', ['--format', 'json', '--regions', region, '--', ...files]);
  const matches = JSON.parse(printed || '[]') as {
    Rule: { Id: string };
    Message: string;
    Filename: string;
    Location: { Path: (string | number)[] | null };
  }[];
  return Promise.all(
    matches.map(async ({ Rule, Message, Filename, Location }) => {
      const [section, id, ...path] = Location.Path ?? [];
      const { Resources } = JSON.parse(await readFile(Filename, 'utf8')) as Template;
      const resource = section === 'Resources' ? `${Resources[String(id)]?.Type} ${id}` : `${section} ${id}`;
      return {
        rule: Rule.Id,
        variant: basename(Filename),
        subject: `${resource} ${path.join('/')}`.trim(),
        message: Message,
      };
    }),
  );
}

async function check(files: readonly string[]): Promise<Finding[]> {
  const options = ['--framework', 'cloudformation', '--output', 'json', '--skip-download'];
  const printed = await output('checkov', [...options, ...files.flatMap((file) => ['--file', file])]);
  const { results } = JSON.parse(printed) as {
    results: {
      failed_checks: { check_id: string; check_name: string; resource: string; file_path: string }[];
      parsing_errors: string[];
    };
  };
  expect(results.parsing_errors).toEqual([]);
  return results.failed_checks.map(({ check_id, check_name, resource, file_path }) => ({
    rule: check_id,
    variant: basename(file_path),
    subject: resource.replace('.', ' '),
    message: check_name,
  }));
}

describe('cfn-lint', () => {
  test('finds nothing but what is accepted with a reason, each variant under its own Region', async () => {
    const regions = [...new Set(variants.map(({ region }) => region))];
    const filesIn = (region: string) =>
      variants.filter((each) => each.region === region).map(({ file }) => file);
    const findings: Finding[] = [];
    for (const region of regions) findings.push(...(await lint(region, filesIn(region))));
    expect(unexpected(findings, CFN_LINT)).toEqual([]);
    expect(needless(findings, CFN_LINT)).toEqual([]);
  });

  test('finds what is wrong', async () => {
    const file = join(folder, 'wrong.json');
    const wrong = {
      Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode: 'never' } } },
    };
    await writeFile(file, JSON.stringify(wrong));
    expect(await lint('us-east-1', [file])).not.toEqual([]);
  });
});

describe('checkov', () => {
  test('finds nothing but what is accepted with a reason', async () => {
    const findings = await check(variants.map(({ file }) => file));
    expect(unexpected(findings, CHECKOV)).toEqual([]);
    expect(needless(findings, CHECKOV)).toEqual([]);
  });

  test('finds what is wrong', async () => {
    const file = join(folder, 'open.json');
    await writeFile(
      file,
      JSON.stringify({ Resources: { Box: { Type: 'AWS::S3::Bucket', Properties: {} } } }),
    );
    expect((await check([file])).map(({ rule }) => rule)).toContain('CKV_AWS_21');
  });
});
