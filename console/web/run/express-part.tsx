// What the log tells of an Express run: of the one that is shown, or of that which a run goes on with, or settles.

import type { RunReport } from '../../api.ts';
import { runAddress, runOfArn } from '../../run-address.ts';
import { formatDuration } from '../format.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Link } from '../parts/link.tsx';
import { OutcomeBadge } from '../parts/outcome.tsx';
import { useSession } from '../session.ts';

export function ExpressPart({ report: { express, summary: shown } }: { report: RunReport }) {
  const isShown = shown.lane === 'express';
  if (express === undefined || (isShown && express.isWhole && express.others.length === 0)) return null;
  const { summary, timeline, failures, gap, others } = express;
  return (
    <section className="express-part" aria-label="Express run">
      <h2>{isShown ? 'What its log tells' : 'Express run'}</h2>
      {summary && !isShown && (
        <p className="express-run">
          <OutcomeBadge outcome={summary.outcome} />
          <span className="name">{summary.name}</span>
          <CopyButton text={summary.executionArn} what="the ARN of the Express run" />
        </p>
      )}
      <ul>
        {failures.map(({ error, message }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same failure may have come twice
          <li key={at}>
            An attempt failed, of a task that is not told: <b>{error}</b>
            {message !== '' && `: ${message}`}
          </li>
        ))}
        {!isShown &&
          timeline.map(({ name, startedAt, status, durationMs, error }) => (
            <li key={`${startedAt} ${name}`}>
              {name}: {status}
              {error && error.error !== '' && ` (${error.error})`}
              {durationMs !== undefined && `, ${formatDuration(durationMs)}`}
            </li>
          ))}
      </ul>
      {gap !== undefined && <p className="muted">What is told is not all: {gap}.</p>}
      {others.length > 0 && <Others arns={others} />}
    </section>
  );
}

/** Other executions of its id: a name can be started more than once. */
function Others({ arns }: { arns: readonly string[] }) {
  const { store } = useSession();
  return (
    <p>
      Of the same name:{' '}
      {arns.map((executionArn) => {
        const run = runOfArn(executionArn, store);
        const uuid = executionArn.split(':').at(-1);
        return (
          <span key={executionArn}>{run ? <Link to={runAddress(run)}>{uuid}</Link> : executionArn} </span>
        );
      })}
    </p>
  );
}
