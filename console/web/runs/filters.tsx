// What the list is narrowed by: outcomes, operation, time. Each choice is part of the address.

import { OPERATIONS, SINCES } from '../../api.ts';
import type { Runs } from '../data/use-runs.ts';
import { OUTCOME_LOOKS, OUTCOMES } from '../parts/outcome.tsx';
import { navigate, withSearch } from '../router.ts';
import { useSession } from '../session.ts';

const SINCE_LABELS: Readonly<Record<string, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '14d': 'Last 14 days',
};

export function Filters({ search, runs }: { search: URLSearchParams; runs: Runs }) {
  const change = (name: string, value: string | undefined) =>
    navigate(withSearch('/', search, { [name]: value }), { replace: true });
  const outcomes = new Set((search.get('outcome') ?? '').split(',').filter(Boolean));
  const operation = search.get('operation') ?? '';
  const { store } = useSession();
  const shown = OUTCOMES.filter((outcome) => store.express !== undefined || outcome !== 'continued');
  const toggle = (outcome: string) => {
    const next = new Set(outcomes);
    if (!next.delete(outcome)) next.add(outcome);
    change('outcome', [...next].join(','));
  };
  return (
    <search className="filters" aria-label="Filters">
      <fieldset className="chips plain">
        <legend className="visually-hidden">Outcome</legend>
        {shown.map((outcome) => {
          const { label, tone, Icon } = OUTCOME_LOOKS[outcome];
          return (
            <button
              key={outcome}
              type="button"
              className={`chip tone-${tone}`}
              aria-pressed={outcomes.has(outcome)}
              onClick={() => toggle(outcome)}
            >
              <Icon aria-hidden />
              {label}
            </button>
          );
        })}
      </fieldset>
      <div className="end">
        <fieldset className="segments plain">
          <legend className="visually-hidden">Operation</legend>
          {['', ...OPERATIONS].map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={operation === each}
              onClick={() => change('operation', each)}
            >
              {each === '' ? 'All' : each[0]?.toUpperCase() + each.slice(1)}
            </button>
          ))}
        </fieldset>
        {store.express !== undefined && (
          <select
            className="select"
            aria-label="Lane"
            value={search.get('lane') ?? ''}
            onChange={(event) => change('lane', event.target.value)}
          >
            <option value="">Both lanes</option>
            <option value="standard">Standard</option>
            <option value="express">Express</option>
          </select>
        )}
        <select
          className="select"
          aria-label="Started"
          value={search.get('since') ?? ''}
          onChange={(event) => change('since', event.target.value)}
        >
          <option value="">Any time</option>
          {SINCES.map((since) => (
            <option key={since} value={since}>
              {SINCE_LABELS[since]}
            </option>
          ))}
        </select>
        <Live runs={runs} />
      </div>
    </search>
  );
}

function Live({ runs: { runs, isLive } }: { runs: Runs }) {
  const isBusy = runs.some(({ outcome }) => outcome === 'running');
  const look = isLive ? (isBusy ? 'busy' : '') : 'paused';
  const title = isLive ? 'The list is kept current.' : 'Nothing is kept current now.';
  return (
    <span className={`live ${look}`} title={title}>
      <i />
      {isLive ? 'Live' : 'Paused'}
    </span>
  );
}
