// `twinwrite update`

import type { Command } from 'commander';
import type { Expression, Value } from '../../../client/index.ts';
import { UsageError } from '../../errors.ts';
import { largeAttributes } from '../../input/content.ts';
import { asJson, asNumber, asText, asVersion, collect, type Pairs, pairs } from '../../input/pairs.ts';
import type { Io } from '../../io.ts';
import { keyOf } from '../../store.ts';
import { type AttributeOptions, plainAttributes } from './create.ts';
import { runWrite, type WriteCommandOptions, withContentOptions, withWriteOptions } from './write.ts';

interface UpdateOptions extends WriteCommandOptions, AttributeOptions {
  readonly remove?: readonly string[];
  readonly add?: Pairs<Value>;
  readonly condition?: string;
  readonly name?: Pairs<string>;
  readonly value?: Pairs<Value>;
  readonly expectedVersion?: number;
  readonly createIfMissing?: true;
}

export function registerUpdate(program: Command, io: Io): void {
  withContentOptions(
    withWriteOptions(program.command('update').description('change attributes of an item, large ones too')),
  )
    .option('--remove <name>', 'remove an attribute, plain or large; may be repeated', collect)
    .option('--add <name=number>', 'add to a number', pairs(asNumber))
    .option('--condition <expression>', 'a DynamoDB condition that the item must meet')
    .option('--name <#placeholder=attribute>', 'an attribute name in the condition', pairs(asText))
    .option('--value <:placeholder=json>', 'a value in the condition', pairs(asJson))
    .option('--expected-version <number>', 'refuse unless the item is at this version', asVersion)
    .option('--create-if-missing', 'create the item if there is none')
    .addHelpText(
      'after',
      `
Examples:
  $ twinwrite update --key id=42 --large picture=@cat2.png --expected-version 1
  $ twinwrite update --key id=42 --set title=Bye --add views=1 --remove draft
  $ twinwrite update --key id=43 --add views=1 --create-if-missing
  $ twinwrite update --key id=42 --set state=done --condition '#s = :open' \\
      --name '#s=state' --value ':open="open"'`,
    )
    .action(async (options: UpdateOptions) => {
      const set = plainAttributes(options);
      const condition = conditionOf(options);
      const large = await largeAttributes(options, io.stdin);
      await runWrite(options, io, (client, writeOptions) =>
        client.update(
          {
            key: keyOf(options.key, client.store.key),
            set,
            remove: options.remove ?? [],
            add: options.add ?? {},
            largeAttributes: large,
            ...(condition && { condition }),
            ...(options.expectedVersion !== undefined && { expectedVersion: options.expectedVersion }),
            ...(options.createIfMissing && { createIfMissing: true }),
          },
          writeOptions,
        ),
      );
    });
}

function conditionOf({ condition, name, value }: UpdateOptions): Expression | undefined {
  if (condition !== undefined) {
    return { expression: condition, ...(name && { names: name }), ...(value && { values: value }) };
  }
  if (name ?? value) throw new UsageError(`--${name ? 'name' : 'value'}: there is no --condition`);
  return undefined;
}
