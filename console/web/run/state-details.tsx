// A state of a run in full: what it is for, its attempts, what went in and what came out.

import type { StateNode } from '../../api.ts';
import { formatDuration, formatTime } from '../format.ts';
import { Json } from '../parts/json.tsx';
import type { StateDefinition } from './graph-model.ts';

export function StateDetails({
  state,
  definition,
}: {
  state: StateNode;
  definition: StateDefinition | undefined;
}) {
  const { attempts, failure, input, output } = state;
  return (
    <div className="state-details">
      {definition?.Comment && <p>{definition.Comment}</p>}
      {attempts.length > 0 && (
        <table className="attempts">
          <caption className="visually-hidden">Attempts</caption>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">At</th>
              <th scope="col">Took</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt, at) => (
              <tr key={attempt.at}>
                <td className="number">{state.status === 'unknown' ? '' : at + 1}</td>
                <td className="number">{formatTime(attempt.at)}</td>
                <td className="number">
                  {attempt.durationMs === undefined ? '' : formatDuration(attempt.durationMs)}
                </td>
                <td>{attemptText(attempt, state)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {attempts.length === 0 && failure && (
        <p>
          <strong>{failure.error}</strong> {failure.message}
        </p>
      )}
      {input !== undefined && <Payload label="Input" text={input} />}
      {output !== undefined && <Payload label="Output" text={output} />}
    </div>
  );
}

function attemptText({ failure, durationMs }: StateNode['attempts'][number], { status }: StateNode): string {
  if (failure) return [failure.error, failure.message].filter(Boolean).join(': ') || 'failed';
  if (durationMs !== undefined) return 'succeeded';
  if (status === 'unknown') return 'its end is not told';
  return status === 'running' ? 'under way' : 'cut off';
}

function Payload({ label, text }: { label: string; text: string }) {
  return (
    <>
      <h2>{label}</h2>
      <Json value={parsed(text)} label={label} />
    </>
  );
}

/** AWS cuts long data in histories off: then it is text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
