// `twinwrite query`

import type { Command } from 'commander';
import type { LargeItemClient, QueryOptions } from '../../../client/index.ts';
import { asCount } from '../../audit.ts';
import {
  conditionsIn,
  filterIn,
  type KeyConditions,
  withKeyConditions,
  withSearch,
} from '../../input/search.ts';
import type { Io } from '../../io.ts';
import { withStackOptions } from '../../store.ts';
import { list } from './listing.ts';
import { LISTING_HELP, type ListingOptions, rowLimit, withListing } from './listing-options.ts';

interface QueryCommandOptions extends ListingOptions, KeyConditions {
  readonly limit?: number;
  readonly descending?: true;
}

export function registerQuery(program: Command, io: Io): void {
  const command = program
    .command('query')
    .description('list the items of a partition, of the table or an index');
  withStackOptions(withListing(withSearch(withKeyConditions(command))))
    .option('--limit <number>', 'items at most (default: 20 in a table, otherwise all)', asCount)
    .option('--descending', 'the greatest sort key first')
    .addHelpText(
      'after',
      `${LISTING_HELP}

Examples:
  $ twinwrite query --partition tenant=acme --gte number=7 --lte number=12
  $ twinwrite query --partition tenant=acme --descending --limit 50 --json > newest.ndjson
  $ twinwrite query --index byStatus --partition status=draft --project title --out-dir drafts --project body
  $ twinwrite query --partition id=42 --filter '#s = :open' --name '#s=state' --value ':open="open"'`,
    )
    .action((options: QueryCommandOptions) => query(options, io));
}

async function query(options: QueryCommandOptions, io: Io): Promise<void> {
  const filter = filterIn(options);
  const limit = rowLimit(options, io);
  const { index, descending } = options;
  await list(options, io, {
    pages: (client: LargeItemClient, many) => {
      const search = {
        ...{ ...many, limit, index, filter },
        ...conditionsIn(options, client.store.key),
        order: descending ? 'descending' : 'ascending',
      };
      return client.query(search as unknown as QueryOptions).pages();
    },
  });
}
