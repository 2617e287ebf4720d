// The tables of docs/judged.md.

import { AWS_SOLUTIONS, CFN_LINT, CHECKOV, NIST } from './accepted.ts';
import type { Accepted } from './findings.ts';

const TABLES: Readonly<Record<string, readonly Accepted[]>> = {
  'cdk-nag, AwsSolutions': AWS_SOLUTIONS,
  'cdk-nag, NIST 800-53 revision 5': NIST,
  'cfn-lint': CFN_LINT,
  checkov: CHECKOV,
};

export function judgedTables(): string {
  return Object.entries(TABLES)
    .map(([judge, accepted]) => {
      const rows = accepted.map(({ rule, of, reason }) => `| ${rule} | \`${pattern(of)}\` | ${reason} |`);
      return [`### ${judge}`, '', '| rule | of | why it stays |', '| --- | --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}

/** As it may stand in a table. */
function pattern({ source }: RegExp): string {
  return source.replaceAll('\\/', '/').replaceAll('|', '\\|');
}
