// An item: what it is now, where it points, all objects that are its own, and the runs that made it so.

import { type CSSProperties, useState } from 'react';
import type { ItemDescription } from '../../api.ts';
import { get } from '../data/http.ts';
import { useResource } from '../data/use-resource.ts';
import { useRuns } from '../data/use-runs.ts';
import { formatBytes, formatCount } from '../format.ts';
import { ItemObjects } from '../item/item-objects.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Json } from '../parts/json.tsx';
import { Link } from '../parts/link.tsx';
import { Problem, ProblemStrip } from '../parts/problem.tsx';
import { runAddress } from '../router.ts';
import { RunTable } from '../runs/run-table.tsx';
import { runOfText, useKeyText, useSession } from '../session.ts';

const POLL_MS = 10_000;

export function ItemPage({ keyText }: { keyText: string }) {
  const item = useResource(
    keyText,
    (signal) => get<ItemDescription>('item', { key: keyText }, signal),
    () => POLL_MS,
  );
  const [isAtTop, setIsAtTop] = useState(true);
  const runs = useRuns({ item: keyText }, isAtTop);
  const session = useSession();
  const formatKey = useKeyText();
  const { data, error, reload } = item;
  if (data === undefined) {
    return error === undefined ? (
      <p className="visually-hidden" role="status">
        Loading the item
      </p>
    ) : (
      <Problem error={error} onRetry={reload} />
    );
  }
  return (
    <article className="item-page">
      {error !== undefined && <ProblemStrip error={error} onRetry={reload} />}
      <ItemHead item={data} keyText={formatKey(data.key)} />
      <div className="item-body">
        <section className="card" aria-labelledby="item-objects">
          <h2 id="item-objects" className="card-title">
            Pointers and objects
          </h2>
          <ItemObjects item={data} runs={runs.runs} />
        </section>
        <section className="card item-runs" aria-labelledby="item-runs">
          <h2 id="item-runs" className="card-title">
            Runs of this item
            {session.store.express && (
              <small className="muted"> · of Express runs those whose log names it</small>
            )}
          </h2>
          <div style={{ '--list-height': `${listHeight(runs.runs.length)}px` } as CSSProperties}>
            <RunTable
              runs={runs}
              session={session}
              namedBy="name"
              isFiltered={false}
              onClear={() => undefined}
              onTop={setIsAtTop}
            />
          </div>
        </section>
        {data.item && (
          <section className="card" aria-labelledby="item-attributes">
            <h2 id="item-attributes" className="card-title">
              Attributes
            </h2>
            <Json value={data.item} label="Attributes of the item" />
          </section>
        )}
      </div>
    </article>
  );
}

/** All rows, with room for the heading and for what stands below. */
function listHeight(rows: number): number {
  return Math.max(rows, 2) * 36 + 72;
}

function ItemHead({
  item: { state, objects, pointers },
  keyText,
}: {
  item: ItemDescription;
  keyText: string;
}) {
  const dangling = pointers.filter(({ exists }) => exists === 'no');
  return (
    <header className="run-head">
      <div className="run-title">
        <h1>{keyText}</h1>
        <CopyButton text={keyText} what="the key" />
      </div>
      <dl className="facts">
        <div>
          <dt>Item</dt>
          <dd>{STATES[state.kind]}</dd>
        </div>
        {state.kind === 'saga' && (
          <>
            <div>
              <dt>Version</dt>
              <dd>{state.version}</dd>
            </div>
            <RunFact name="Written by" text={state.writtenBy} />
            <RunFact name="Created by" text={state.createdBy} />
          </>
        )}
        <div>
          <dt>Objects</dt>
          <dd>
            {formatCount(objects.length)}, {formatBytes(objects.reduce((sum, { size }) => sum + size, 0))}
          </dd>
        </div>
      </dl>
      {dangling.length > 0 && (
        <div className="callout tone-red verdict" role="alert">
          <strong>Dangling</strong>: the item points at{' '}
          {dangling.map(({ attribute }) => attribute).join(', ')}, which is gone.
        </div>
      )}
    </header>
  );
}

const STATES: Readonly<Record<ItemDescription['state']['kind'], string>> = {
  absent: 'does not exist',
  foreign: 'exists, not written by Twinwrite',
  spoiled: 'exists, its _saga was changed by other means',
  saga: 'exists',
};

function RunFact({ name, text }: { name: string; text: string }) {
  const run = runOfText(text);
  return (
    <div>
      <dt>{name}</dt>
      <dd>{run ? <Link to={runAddress({ ...run, text })}>{run.name}</Link> : text}</dd>
    </div>
  );
}
