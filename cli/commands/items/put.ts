// `twinwrite put`

import type { Command } from 'commander';
import { largeAttributes } from '../../input/content.ts';
import { asVersion } from '../../input/pairs.ts';
import type { Io } from '../../io.ts';
import { keyOf } from '../../store.ts';
import { type AttributeOptions, plainAttributes } from './create.ts';
import { runWrite, type WriteCommandOptions, withContentOptions, withWriteOptions } from './write.ts';

interface PutOptions extends WriteCommandOptions, AttributeOptions {
  readonly expectedVersion?: number;
}

export function registerPut(program: Command, io: Io): void {
  withContentOptions(
    withWriteOptions(
      program.command('put').description('create an item, or replace all of the one that is there'),
    ),
  )
    .option('--expected-version <number>', 'refuse unless there is an item at this version', asVersion)
    .addHelpText(
      'after',
      `
Nothing of an item that is there stays, and its objects are deleted: \`update\` changes what it names.

Examples:
  $ twinwrite put --key id=42 --set title=Hello --large page=@index.html
  $ twinwrite put --key id=42 --set title=Bye --expected-version 1`,
    )
    .action(async (options: PutOptions) => {
      const attributes = plainAttributes(options);
      const large = await largeAttributes(options, io.stdin);
      await runWrite(options, io, (client, writeOptions) =>
        client.put(
          {
            key: keyOf(options.key, client.store.key),
            attributes,
            largeAttributes: large,
            ...(options.expectedVersion !== undefined && { expectedVersion: options.expectedVersion }),
          },
          writeOptions,
        ),
      );
    });
}
