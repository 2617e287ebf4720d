// The store that a command works on, and how its options name it.

import { type Command, Option } from 'commander';
import type { Key, LargeItemClient, Value } from '../client/index.ts';
import { type KeySchema, keyAttributes } from '../core/keys/item-key.ts';
import { UsageError } from './errors.ts';
import { parseExactNumber } from './exact-json.ts';
import { asText, type Pairs, pairs } from './input/pairs.ts';
import type { Io } from './io.ts';

/** How options name a store. */
export interface StackChoice {
  readonly stack?: string;
  readonly parameter?: string;
  readonly region?: string;
  readonly construct?: string;
  readonly json?: true;
}

export interface StoreOptions extends StackChoice {
  readonly key: Pairs<string>;
}

/** Adds what every command on an item takes. */
export function withStoreOptions(command: Command): Command {
  return withStackOptions(
    command.requiredOption(
      '--key <name=value>',
      "the item's key; twice for a table with a sort key; a binary key as base64",
      pairs(asText),
    ),
  );
}

/** Adds what every command on a store takes. */
export function withStackOptions(command: Command): Command {
  return command
    .option('--stack <name>', 'the stack of the store (default: $TWINWRITE_STACK, or Twinwrite)')
    .addOption(
      new Option(
        '--parameter <name>',
        'the SSM parameter that describes the store (default: $TWINWRITE_PARAMETER)',
      ).conflicts(['stack', 'construct']),
    )
    .option('--construct <id>', 'which store, in a stack of several: the id of its construct')
    .option('--region <name>', 'AWS Region (default: $AWS_REGION, or of the profile)')
    .option('--json', 'print the result as JSON, and errors as JSON on standard error');
}

/**
 * Connects to AWS, or to what AWS_ENDPOINT_URL names; finds the store by the options, else as the library does.
 * @throws {StoreNotFound} when there is no such stack or parameter, or no store in it
 */
export async function connect(options: StackChoice, { env }: Io): Promise<LargeItemClient> {
  const { LargeItemClient } = await import('../client/index.ts');
  const { stack, parameter, region, construct } = options;
  if (parameter !== undefined) return LargeItemClient.fromParameter({ name: parameter, region });
  if (stack === undefined && construct === undefined) return LargeItemClient.fromEnvironment({ region });
  return LargeItemClient.fromStack({
    stackName: stack ?? (env.TWINWRITE_STACK || undefined),
    region,
    construct,
  });
}

/** `--key` as the table types it: numbers digit for digit. */
export function keyOf(given: Pairs<string>, schema: KeySchema): Key {
  const types = new Map(keyAttributes(schema).map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(given).map(([name, text]): [string, Value] => {
      if (types.get(name) !== 'N') return [name, text];
      const number = parseExactNumber(text);
      if (number === undefined) {
        throw new UsageError(`--key ${name}: the table's key is a number, got "${text}"`);
      }
      return [name, number];
    }),
  );
}

/** `id=42`, for messages. */
export function keyText(given: Pairs<string>): string {
  return Object.entries(given)
    .map(([name, text]) => `${name}=${text}`)
    .join(' ');
}
