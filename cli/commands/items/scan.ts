// `twinwrite scan`

import type { Command } from 'commander';
import type { LargeItemClient, ScanOptions } from '../../../client/index.ts';
import { asCount } from '../../audit.ts';
import { filterIn, type SearchInput, withSearch } from '../../input/search.ts';
import type { Io } from '../../io.ts';
import { withStackOptions } from '../../store.ts';
import { list } from './listing.ts';
import { LISTING_HELP, type ListingOptions, rowLimit, withListing } from './listing-options.ts';

interface ScanCommandOptions extends ListingOptions, SearchInput {
  readonly limit?: number;
  readonly segments?: number;
}

export function registerScan(program: Command, io: Io): void {
  const command = program.command('scan').description('list all items of the table or of an index');
  withStackOptions(withListing(withSearch(command)))
    .option('--limit <number>', 'items at most (default: 20 in a table, otherwise all)', asCount)
    .option('--segments <number>', 'parts that are read side by side, 1 to 100 (default: 1)', asCount)
    .addHelpText(
      'after',
      `${LISTING_HELP}

Examples:
  $ twinwrite scan --limit 50
  $ twinwrite scan --segments 8 --json > items.ndjson
  $ twinwrite scan --out-dir backup --json > backup.ndjson
  $ twinwrite scan --filter 'attribute_exists(draft)' --project title`,
    )
    .action((options: ScanCommandOptions) => scan(options, io));
}

async function scan(options: ScanCommandOptions, io: Io): Promise<void> {
  const filter = filterIn(options);
  const limit = rowLimit(options, io);
  const { index, segments } = options;
  await list(options, io, {
    pages: (client: LargeItemClient, many) => {
      const search = { ...many, limit, index, filter, segments };
      return client.scan(search as unknown as ScanOptions).pages();
    },
  });
}
