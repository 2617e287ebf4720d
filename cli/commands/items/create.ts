// `twinwrite create`

import type { Command } from 'commander';
import type { Value } from '../../../client/index.ts';
import { UsageError } from '../../errors.ts';
import { type ContentOptions, largeAttributes } from '../../input/content.ts';
import type { Pairs } from '../../input/pairs.ts';
import type { Io } from '../../io.ts';
import { keyOf } from '../../store.ts';
import { runWrite, type WriteCommandOptions, withContentOptions, withWriteOptions } from './write.ts';

export interface AttributeOptions extends ContentOptions {
  readonly set?: Pairs<string>;
  readonly setJson?: Pairs<Value>;
}

export function registerCreate(program: Command, io: Io): void {
  withContentOptions(
    withWriteOptions(program.command('create').description('create an item with its large attributes')),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ twinwrite create --key id=42 --set title=Hello --large page=@index.html
  $ twinwrite create --key id=43 --set-json tags='["a","b"]' --large picture=@cat.png \\
      --content-type picture=image/png --metadata picture:author='Zoë'
  $ echo text | twinwrite create --key id=44 --large note=- --idempotency-key import-44`,
    )
    .action(async (options: WriteCommandOptions & AttributeOptions) => {
      const attributes = plainAttributes(options);
      const large = await largeAttributes(options, io.stdin);
      await runWrite(options, io, (client, writeOptions) =>
        client.create(
          { key: keyOf(options.key, client.store.key), attributes, largeAttributes: large },
          writeOptions,
        ),
      );
    });
}

/** @throws {UsageError} when an attribute is set twice */
export function plainAttributes({ set = {}, setJson = {} }: AttributeOptions): Pairs<Value> {
  const twice = Object.keys(set).find((name) => Object.hasOwn(setJson, name));
  if (twice !== undefined) throw new UsageError(`--set-json ${twice}: --set gives it too`);
  return { ...set, ...setJson };
}
