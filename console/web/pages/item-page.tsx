// An item: what it is now, where it points, all objects that are its own, and the runs that made it so.

import { Check, CircleQuestionMark, LoaderCircle, Minus, TriangleAlert, X } from 'lucide-react';
import { type CSSProperties, useState } from 'react';
import type { ItemDescription, RunSummary } from '../../api.ts';
import { get } from '../data/http.ts';
import { useResource } from '../data/use-resource.ts';
import { useRuns } from '../data/use-runs.ts';
import { formatBytes, formatCount, formatTime } from '../format.ts';
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
      <dd>{run ? <Link to={runAddress(run)}>{run.name}</Link> : text}</dd>
    </div>
  );
}

interface ObjectRow {
  readonly key: string;
  readonly uri: string;
  readonly attribute: string | undefined;
  readonly size?: number | undefined;
  readonly lastModified?: string | undefined;
  readonly run?: ItemDescription['objects'][number]['run'];
  readonly what: keyof typeof WHATS;
}

const WHATS = {
  referenced: { tone: 'green', label: 'the item points at it', Icon: Check },
  dangling: { tone: 'red', label: 'gone', Icon: X },
  elsewhere: { tone: 'grey', label: 'not looked at', Icon: CircleQuestionMark },
  inFlight: { tone: 'blue', label: 'of a run in flight', Icon: LoaderCircle },
  unreferenced: { tone: 'amber', label: 'nothing points at it', Icon: TriangleAlert },
} as const;

/** Pointers first, then what lies in the item's place and is not pointed at. */
function rowsOf(
  { pointers, objects }: ItemDescription,
  runs: readonly RunSummary[],
  bucket: string,
): ObjectRow[] {
  const inFlight = new Set(
    runs.filter(({ outcome }) => outcome === 'running').map(({ executionArn }) => executionArn),
  );
  const byKey = new Map(objects.map((object) => [object.key, object]));
  return [
    ...pointers.map(({ attribute, uri, objectKey, exists, size, lastModified, run }): ObjectRow => {
      const what = exists === 'yes' ? 'referenced' : exists === 'no' ? 'dangling' : 'elsewhere';
      const listed = byKey.get(objectKey ?? '');
      return {
        ...{ key: objectKey ?? uri, uri, attribute, what, run },
        size: size ?? listed?.size,
        lastModified: lastModified ?? listed?.lastModified,
      };
    }),
    ...objects
      .filter(({ referenced }) => !referenced)
      .map((object): ObjectRow => {
        const { key, attribute, size, lastModified, run } = object;
        const what = inFlight.has(run?.executionArn ?? '') ? 'inFlight' : 'unreferenced';
        return { ...{ key, attribute, size, lastModified, run, what }, uri: `s3://${bucket}/${key}` };
      }),
  ];
}

const SHOWN = 100;

function ItemObjects({ item, runs }: { item: ItemDescription; runs: readonly RunSummary[] }) {
  const { store } = useSession();
  const [shown, setShown] = useState(SHOWN);
  const rows = rowsOf(item, runs, store.bucket);
  if (rows.length === 0) {
    return (
      <p className="card-note muted">
        <Minus aria-hidden /> No pointers, and no objects below the item’s key.
      </p>
    );
  }
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            <th scope="col">State</th>
            <th scope="col">Put by</th>
            <th scope="col">Modified</th>
            <th scope="col" className="right">
              Size
            </th>
            <th scope="col">Key</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => (
            <ItemObjectRow key={row.uri} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <p className="card-note">
          <button type="button" className="button" onClick={() => setShown(shown + SHOWN * 10)}>
            {formatCount(rows.length - shown)} more
          </button>
        </p>
      )}
      {item.truncated && <p className="card-note muted">There are more objects than are listed here.</p>}
    </div>
  );
}

function ItemObjectRow({ row: { key, uri, attribute, size, lastModified, run, what } }: { row: ObjectRow }) {
  const { tone, label, Icon } = WHATS[what];
  return (
    <tr>
      <th scope="row">{attribute ?? '–'}</th>
      <td>
        <span className={`badge tone-${tone}`}>
          <Icon aria-hidden />
          {label}
        </span>
      </td>
      <td>{run ? <Link to={runAddress(run)}>{run.name}</Link> : <span className="muted">unknown</span>}</td>
      <td className="number muted">{lastModified === undefined ? '' : formatTime(lastModified)}</td>
      <td className="right number muted">{size === undefined ? '' : formatBytes(size)}</td>
      <td className="object-key">
        <span>
          <code title={uri}>{key}</code>
          <CopyButton text={uri} what={`the URI of ${attribute ?? 'the object'}`} />
        </span>
      </td>
    </tr>
  );
}
