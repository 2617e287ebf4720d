// A run in short: its outcome, what it was about, why it ended so, what to do next, and the buttons to do it.

import { ArrowLeft, ExternalLink, Hand, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { RunReport } from '../../api.ts';
import { formatTime, times } from '../format.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Link } from '../parts/link.tsx';
import { OUTCOME_LOOKS, OutcomeBadge } from '../parts/outcome.tsx';
import { Ago, Duration, useNow } from '../parts/time.tsx';
import { itemAddress, runAddress } from '../router.ts';
import { useKeyText, useSession } from '../session.ts';
import { ReplayDialog } from './replay-dialog.tsx';
import { StopDialog } from './stop-dialog.tsx';

export function RunHead({ report, onChange }: { report: RunReport; onChange: () => void }) {
  const [dialog, setDialog] = useState<'replay' | 'stop'>();
  const { endpoint } = useSession();
  const { summary, consoleUrl } = report;
  const { name, outcome } = summary;
  const isRunning = outcome === 'running';
  const isDone = outcome === 'committed' || outcome === 'cleanup-deferred';
  const isExpress = summary.lane === 'express';
  const close = () => setDialog(undefined);
  return (
    <header className="run-head">
      <div className="run-title">
        <Link to="/" className="icon-button" aria-label="All runs" title="All runs (Esc)">
          <ArrowLeft aria-hidden />
        </Link>
        <h1>{name}</h1>
        <CopyButton text={summary.executionArn} what="the ARN" />
        <OutcomeBadge outcome={outcome} isFilled />
        <span className="run-actions">
          {endpoint === undefined && (
            <a className="button" href={consoleUrl} target="_blank" rel="noreferrer">
              <ExternalLink aria-hidden />
              AWS console
            </a>
          )}
          {isRunning && !isExpress && (
            <button type="button" className="button danger" onClick={() => setDialog('stop')}>
              <Hand aria-hidden />
              Stop…
            </button>
          )}
          {!isRunning && !isDone && !isExpress && (
            <button type="button" className="button primary" onClick={() => setDialog('replay')}>
              <RotateCcw aria-hidden />
              Replay…
            </button>
          )}
        </span>
      </div>
      <Facts report={report} />
      <Verdict report={report} />
      {dialog === 'replay' && <ReplayDialog summary={summary} onClose={close} onChange={onChange} />}
      {dialog === 'stop' && <StopDialog summary={summary} onClose={close} onChange={onChange} />}
    </header>
  );
}

function Facts({ report: { summary, item } }: { report: RunReport }) {
  const now = useNow(10_000);
  const keyText = useKeyText();
  const { operation, key, version, startedAt, startUnknown, redriveCount, replayOf, lane } = summary;
  const isWholeName = replayOf !== undefined && !replayOf.endsWith('…');
  return (
    <dl className="facts">
      <Fact name="Operation">{operation}</Fact>
      {lane && <Fact name="Lane">{laneText(summary)}</Fact>}
      {key && (
        <Fact name="Item">
          <Link to={itemAddress(keyText(key))}>{keyText(key)}</Link>
        </Fact>
      )}
      {version !== undefined && <Fact name="Wrote">version {version}</Fact>}
      {item && <Fact name="Item now">{stateText(item)}</Fact>}
      <Fact name="Started">
        <span title={formatTime(startedAt)}>{formatTime(startedAt)}</span>{' '}
        <span className="muted">
          (<Ago at={startedAt} now={now} />)
        </span>
        {startUnknown && ' or before: its log does not tell'}
      </Fact>
      <Fact name="Took">
        <Duration run={summary} />
      </Fact>
      {redriveCount > 0 && <Fact name="Redriven">{times(redriveCount)}</Fact>}
      {replayOf !== undefined && (
        <Fact name="Replay of">
          {isWholeName ? <Link to={runAddress({ operation, name: replayOf })}>{replayOf}</Link> : replayOf}
        </Fact>
      )}
    </dl>
  );
}

function laneText({ lane, continues, settles }: RunReport['summary']): string {
  if (lane === 'express') return 'Express: what its log tells';
  if (continues !== undefined) return `Standard, goes on with an Express run at ${continues.at}`;
  return settles === undefined ? 'Standard' : 'Standard, settles an Express run';
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The item as it is now, seen from this run. */
function stateText({ now, carriesThisWrite }: NonNullable<RunReport['item']>): string {
  switch (now.kind) {
    case 'absent':
      return 'does not exist';
    case 'foreign':
      return 'not written by Twinwrite';
    case 'spoiled':
      return 'its _saga was changed by other means';
    case 'saga':
      if (carriesThisWrite === undefined) return `version ${now.version}, by an execution of this name`;
      return `version ${now.version}, ${carriesThisWrite ? 'by this run' : 'by another run'}`;
  }
}

function Verdict({ report: { summary, nextSteps } }: { report: RunReport }) {
  const { outcome, reason, message, because } = summary;
  const { tone } = OUTCOME_LOOKS[outcome];
  return (
    <div className={`callout tone-${tone} verdict`}>
      {because && (
        <p>
          <strong>{because.error}</strong>
          {because.message !== '' && `: ${because.message}`}
        </p>
      )}
      {reason !== undefined && (
        <p>
          {because && 'Then its compensation failed: '}
          <strong>{reason}</strong>
          {message !== undefined && message !== '' && `: ${message}`}
        </p>
      )}
      <ul>
        {nextSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
    </div>
  );
}
