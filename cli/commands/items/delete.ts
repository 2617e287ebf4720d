// `twinwrite delete`

import type { Command } from 'commander';
import { asVersion } from '../../input/pairs.ts';
import type { Io } from '../../io.ts';
import { keyOf } from '../../store.ts';
import { runWrite, type WriteCommandOptions, withWriteOptions } from './write.ts';

interface DeleteOptions extends WriteCommandOptions {
  readonly expectedVersion?: number;
  readonly mustExist?: true;
}

export function registerDelete(program: Command, io: Io): void {
  withWriteOptions(program.command('delete').description('delete an item with its objects'))
    .option('--expected-version <number>', 'refuse unless the item is at this version', asVersion)
    .option('--must-exist', 'refuse when there is no such item')
    .addHelpText(
      'after',
      `
Examples:
  $ twinwrite delete --key id=42
  $ twinwrite delete --key id=42 --expected-version 3`,
    )
    .action((options: DeleteOptions) =>
      runWrite(options, io, (client, writeOptions) =>
        client.delete(
          {
            key: keyOf(options.key, client.store.key),
            mustExist: options.mustExist ?? false,
            ...(options.expectedVersion !== undefined && { expectedVersion: options.expectedVersion }),
          },
          writeOptions,
        ),
      ),
    );
}
