// What the list is narrowed by: outcomes, operation, time. Each choice is part of the address.

import { OPERATIONS, type SINCES } from '../../api.ts';
import type { Runs } from '../data/use-runs.ts';
import { OUTCOME_LOOKS, OUTCOMES } from '../parts/outcome.tsx';
import { navigate, withSearch } from '../router.ts';
import { useSession } from '../session.ts';

const LANE_LABELS = { '': 'Both lanes', standard: 'Standard', express: 'Express' };
const SINCE_LABELS: Readonly<Record<'' | (typeof SINCES)[number], string>> = {
  '': 'Any time',
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
  const select = (label: string, name: string, labels: Readonly<Record<string, string>>) => (
    <select
      className="select"
      aria-label={label}
      value={search.get(name) ?? ''}
      onChange={(event) => change(name, event.target.value)}
    >
      {Object.entries(labels).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
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
        {store.express !== undefined && select('Lane', 'lane', LANE_LABELS)}
        {select('Started', 'since', SINCE_LABELS)}
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
