// A replay: first what it would do and to what, then, once that is confirmed, exactly this.

import { useState } from 'react';
import type { Replayed, ReplayPreview, RunSummary } from '../../api.ts';
import { runOfArn } from '../../run-address.ts';
import { ApiError, get, post } from '../data/http.ts';
import { useResource } from '../data/use-resource.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Link } from '../parts/link.tsx';
import { messageOf } from '../parts/problem.tsx';
import { navigate, runAddress } from '../router.ts';
import { useSession } from '../session.ts';

interface ReplayDialogProps {
  readonly summary: RunSummary;
  readonly onClose: () => void;
  /** Told when the run is not as it was. */
  readonly onChange: () => void;
}

export function ReplayDialog({ summary, onClose, onChange }: ReplayDialogProps) {
  const session = useSession();
  const [isForced, setIsForced] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const path = `runs/${summary.operation}/${encodeURIComponent(summary.name)}/replay`;
  const preview = useResource(`${path}?${isForced}`, (signal) =>
    get<ReplayPreview>(path, { force: String(isForced) }, signal),
  );
  const { data } = preview;

  const confirm = async () => {
    if (data === undefined) return;
    setIsBusy(true);
    setProblem(undefined);
    try {
      const { executionArn } = await post<Replayed>(path, { preview: data.id });
      onClose();
      onChange();
      const run = runOfArn(executionArn, session.store);
      if (run) navigate(runAddress(run));
    } catch (error) {
      setProblem(error);
      if (error instanceof ApiError && [409, 410].includes(error.status)) preview.reload();
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Dialog title="Replay this run?" onClose={onClose}>
      <div className="dialog-body" aria-busy={data === undefined}>
        {problem !== undefined && (
          <div className="callout tone-red" role="alert">
            {messageOf(problem)}
          </div>
        )}
        {data === undefined && preview.error === undefined && (
          <p role="status">Looking at what it would do…</p>
        )}
        {data === undefined && preview.error !== undefined && <p role="alert">{messageOf(preview.error)}</p>}
        {data && <Plan preview={data} isForced={isForced} onForce={setIsForced} />}
      </div>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          disabled={data === undefined || data.kind === 'refused' || isBusy}
          onClick={() => void confirm()}
        >
          {data?.kind === 'redrive' ? 'Redrive' : 'Replay'}
        </button>
      </div>
    </Dialog>
  );
}

interface PlanProps {
  readonly preview: ReplayPreview;
  readonly isForced: boolean;
  readonly onForce: (isForced: boolean) => void;
}

function Plan({ preview, isForced, onForce }: PlanProps) {
  const { kind, reason, details, run } = preview;
  const { itemThen, itemNow, staged, replayedBy } = details;
  const isRefused = kind === 'refused';
  const mayForce = isForced || (isRefused && preview.forceable === true);
  return (
    <>
      <div className={`callout tone-${isRefused ? 'amber' : 'blue'}`}>
        <strong>{HEADINGS[kind]}</strong>
        <p>{sentence(reason)}</p>
      </div>
      <dl className="facts column">
        <div>
          <dt>Run</dt>
          <dd>{run.name}</dd>
        </div>
        {replayedBy && (
          <div>
            <dt>Replayed by</dt>
            <dd>
              <Link to={runAddress(replayedBy)}>{replayedBy.name}</Link>
            </dd>
          </div>
        )}
        {itemThen !== undefined && (
          <div>
            <dt>Item then</dt>
            <dd>{itemThen}</dd>
          </div>
        )}
        {itemNow !== undefined && (
          <div>
            <dt>Item now</dt>
            <dd>{itemNow}</dd>
          </div>
        )}
        {staged.map(({ attribute, state }) => (
          <div key={attribute}>
            <dt>Upload of {attribute}</dt>
            <dd>{STAGED[state]}</dd>
          </div>
        ))}
      </dl>
      {mayForce && (
        <label className="check">
          <input type="checkbox" checked={isForced} onChange={(event) => onForce(event.target.checked)} />
          <span>
            Go on all the same.{' '}
            <span className="muted">I have looked at the item, and the replay is right.</span>
          </span>
        </label>
      )}
    </>
  );
}

const HEADINGS: Readonly<Record<ReplayPreview['kind'], string>> = {
  redrive: 'A redrive of the same run',
  'new-execution': 'A new run with the same input',
  refused: 'This run cannot be replayed as it is',
};

const STAGED: Readonly<Record<ReplayPreview['details']['staged'][number]['state'], string>> = {
  there: 'still there',
  gone: 'gone',
  changed: 'another upload by now',
  unknown: 'may not be asked',
};

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
