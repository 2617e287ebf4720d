// What a command needs beyond what `npm install twinwrite` brings: told before anything of it is loaded.

import { LOCAL_CLOUD_NEEDS } from '../local/needs.ts';

const COMMANDS = ['commander', 'picocolors'];
/** Of a store that is not the default one, which is synthesised. */
export const CDK_NEEDS = ['aws-cdk-lib', 'constructs'];
const STORE_OPTION = /^--(?:partition-key|sort-key|ttl|upload-origin)(?:=|$)/;

/** The packages that these arguments of `twinwrite` need. */
export function needsOf(argv: readonly string[]): string[] {
  if (argv[0] !== 'local') return COMMANDS;
  const synthesises = argv.some((argument) => STORE_OPTION.test(argument));
  return [...COMMANDS, ...LOCAL_CLOUD_NEEDS, ...(synthesises ? CDK_NEEDS : [])];
}
