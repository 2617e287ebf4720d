// The objects of a run: what it put, kept, replaced or deleted, and which of them exist now.

import { Check, CircleQuestionMark, type LucideIcon, Minus, TriangleAlert, X } from 'lucide-react';
import type { ObjectReport, RunReport } from '../../api.ts';
import { formatBytes } from '../format.ts';
import { CopyButton } from '../parts/copy-button.tsx';

const ROLES: Readonly<Record<ObjectReport['role'], string>> = {
  created: 'put by this run',
  kept: 'kept, used again',
  replaced: 'replaced by this run',
  deleted: 'of the deleted item',
  'let-go': 'let go of: other items may point at it',
  untouched: "still the item's",
  'at-stake': "the item's before the write",
  staged: 'upload that it copies',
};

export function Objects({ report }: { report: RunReport }) {
  const { objects } = report;
  return (
    <section aria-label="Objects" className="objects">
      <h2>Objects</h2>
      {objects.length === 0 ? (
        <p className="muted">{noneText(report)}</p>
      ) : (
        <div className="table-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Attribute</th>
                <th scope="col">To this run</th>
                <th scope="col">Now</th>
                <th scope="col" className="right">
                  Size
                </th>
                <th scope="col">Key</th>
              </tr>
            </thead>
            <tbody>
              {objects.map((object) => (
                <tr key={object.key}>
                  <th scope="row">{object.attribute ?? '–'}</th>
                  <td>{roleText(object)}</td>
                  <td>
                    <Presence object={object} report={report} />
                  </td>
                  <td className="right number muted">
                    {object.size === undefined ? '' : formatBytes(object.size)}
                  </td>
                  <td className="object-key">
                    <span>
                      <code title={object.uri}>{object.key}</code>
                      <CopyButton text={object.uri} what={`the URI of ${object.attribute ?? 'the object'}`} />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function noneText({ tellsObjects, summary }: RunReport): string {
  if (summary.settles !== undefined) return 'Which objects the Express run had put is not told here.';
  if (tellsObjects) return 'This run has to do with no object.';
  return `Its ${summary.lane === 'express' ? 'log' : 'history'} does not tell which objects it has put or deleted.`;
}

function roleText({ role, put }: ObjectReport): string {
  if (role !== 'created' || put === 'yes') return ROLES[role];
  return put === 'maybe' ? 'may have been put' : 'was to be put';
}

function Presence({ object, report }: { object: ObjectReport; report: RunReport }) {
  const { tone, label, Icon } = presenceOf(object, report);
  return (
    <span className={`badge tone-${tone}`}>
      <Icon aria-hidden />
      {label}
    </span>
  );
}

function presenceOf(
  { exists, wanted, role, key }: ObjectReport,
  { summary, compensations }: RunReport,
): {
  readonly tone: string;
  readonly label: string;
  readonly Icon: LucideIcon;
} {
  if (exists === 'unknown') return { tone: 'grey', label: 'may not be asked', Icon: CircleQuestionMark };
  if (exists === 'yes') {
    return wanted === false
      ? { tone: 'amber', label: 'left over', Icon: TriangleAlert }
      : { tone: 'green', label: 'exists', Icon: Check };
  }
  if (wanted === true && role !== 'staged') return { tone: 'red', label: 'gone', Icon: X };
  const isDeleted = compensations.some(({ status, keys }) => status === 'succeeded' && keys?.includes(key));
  const isYetToCome = !isDeleted && summary.outcome === 'running';
  return { tone: 'grey', label: isDeleted ? 'deleted' : isYetToCome ? 'not yet' : 'not there', Icon: Minus };
}
