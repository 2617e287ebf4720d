// Stopping a run: rarely right, so it says what it means and asks why.

import { type FormEvent, useState } from 'react';
import type { RunSummary } from '../../api.ts';
import { post } from '../data/http.ts';
import { Dialog } from '../parts/dialog.tsx';
import { messageOf } from '../parts/problem.tsx';

interface StopDialogProps {
  readonly summary: RunSummary;
  readonly onClose: () => void;
  readonly onChange: () => void;
}

export function StopDialog({ summary, onClose, onChange }: StopDialogProps) {
  const [cause, setCause] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const stop = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    try {
      await post(`runs/${summary.operation}/${encodeURIComponent(summary.name)}/stop`, { cause });
      onChange();
      onClose();
    } catch (error) {
      setProblem(error);
      setIsBusy(false);
      onChange();
    }
  };
  return (
    <Dialog title="Stop this run?" onClose={onClose}>
      <form onSubmit={(event) => void stop(event)}>
        <div className="dialog-body">
          {problem !== undefined && (
            <div className="callout tone-red" role="alert">
              {messageOf(problem)}
            </div>
          )}
          <div className="callout tone-amber">
            <strong>It stops half-way</strong>
            <p>
              Nothing is rolled back: objects that it has put stay, and the item may or may not have been
              written. For 14 days a replay redrives it, and it goes on as if it had never stopped.
            </p>
          </div>
          <label className="field">
            Why
            <input
              required
              maxLength={1000}
              value={cause}
              onChange={(event) => setCause(event.target.value)}
              placeholder="shown with the run from now on"
            />
          </label>
        </div>
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button danger" disabled={isBusy || cause.trim() === ''}>
            Stop the run
          </button>
        </div>
      </form>
    </Dialog>
  );
}
