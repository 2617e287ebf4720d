// The list of runs with its filters.

import { useState } from 'react';
import type { Session } from '../../api.ts';
import { useRuns } from '../data/use-runs.ts';
import { Link } from '../parts/link.tsx';
import { ProblemStrip } from '../parts/problem.tsx';
import { itemAddress, navigate, withSearch } from '../router.ts';
import { Filters } from '../runs/filters.tsx';
import { RunTable } from '../runs/run-table.tsx';

const FILTERS = ['operation', 'outcome', 'lane', 'since', 'item'] as const;

export function RunsPage({ search, session }: { search: URLSearchParams; session: Session }) {
  const [isAtTop, setIsAtTop] = useState(true);
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search.get(name) ?? undefined]));
  const runs = useRuns(filter, isAtTop);
  const { item } = filter;
  const clear = () => navigate('/');
  return (
    <div className="runs">
      <h1 className="visually-hidden">Runs</h1>
      <Filters search={search} runs={runs} />
      <div>
        {item !== undefined && (
          <div className="item-filter">
            <span>
              Runs of item <code>{item}</code>
              {session.store.express && '; of Express runs those whose log names it'}
            </span>
            <Link to={itemAddress(item)} className="button">
              Open the item
            </Link>
            <button
              type="button"
              className="button"
              onClick={() => navigate(withSearch('/', search, { item: undefined }))}
            >
              Show all
            </button>
          </div>
        )}
        {runs.liveError !== undefined && runs.error === undefined && (
          <ProblemStrip error={runs.liveError} onRetry={runs.retry} />
        )}
      </div>
      <RunTable
        key={JSON.stringify(filter)}
        runs={runs}
        session={session}
        isFiltered={FILTERS.some((name) => filter[name] !== undefined)}
        onClear={clear}
        onStandard={() => navigate(withSearch('/', search, { lane: 'standard' }))}
        onTop={setIsAtTop}
      />
    </div>
  );
}
