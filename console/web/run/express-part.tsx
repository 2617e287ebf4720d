// The Express run that a run goes on with, or settles: what its log tells of it.

import type { RunReport } from '../../api.ts';
import { formatDuration } from '../format.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { OutcomeBadge } from '../parts/outcome.tsx';

export function ExpressPart({ express }: { express: NonNullable<RunReport['express']> }) {
  const { summary, timeline, gap } = express;
  return (
    <section className="express-part card-note" aria-label="Express run">
      <h2>Express run</h2>
      {summary && (
        <p>
          <OutcomeBadge outcome={summary.outcome} /> {summary.name}{' '}
          <CopyButton text={summary.executionArn} what="the ARN of the Express run" />
        </p>
      )}
      <ol>
        {timeline.map(({ name, startedAt, status, durationMs, error }) => (
          <li key={`${startedAt} ${name}`}>
            {name}: {status}
            {error && error.error !== '' && ` (${error.error})`}, {formatDuration(durationMs)}
          </li>
        ))}
      </ol>
      {gap !== undefined && <p className="muted">What is told is not all: {gap}.</p>}
    </section>
  );
}
