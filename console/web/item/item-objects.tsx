// Where an item points, and what else lies below its key.

import { Check, CircleQuestionMark, LoaderCircle, Minus, TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import type { ItemDescription, RunSummary } from '../../api.ts';
import { formatBytes, formatCount, formatTime } from '../format.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Link } from '../parts/link.tsx';
import { runAddress } from '../router.ts';
import { useSession } from '../session.ts';

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
    runs
      .filter(({ outcome }) => outcome === 'running')
      .flatMap(({ executionArn, continues }) => [executionArn, continues?.run]),
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
        const isOfOne = run && (inFlight.has(run.executionArn) || inFlight.has(run.text));
        const what = isOfOne ? 'inFlight' : 'unreferenced';
        return { ...{ key, attribute, size, lastModified, run, what }, uri: `s3://${bucket}/${key}` };
      }),
  ];
}

const SHOWN = 100;

export function ItemObjects({ item, runs }: { item: ItemDescription; runs: readonly RunSummary[] }) {
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
      <td>
        {run === undefined ? (
          <span className="muted">unknown</span>
        ) : (
          <Link to={runAddress(run)}>{run.name}</Link>
        )}
      </td>
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
