// One run: what happened, the graph with its path, the timeline, its objects, and what can be done about it.

import { useEffect } from 'react';
import type { Operation, RunReport } from '../../api.ts';
import { get } from '../data/http.ts';
import { useResource } from '../data/use-resource.ts';
import { Problem, ProblemStrip } from '../parts/problem.tsx';
import { navigate, runAddress, withSearch } from '../router.ts';
import type { Definition } from '../run/graph-model.ts';
import { RunHead } from '../run/run-head.tsx';
import { RunTabs } from '../run/run-tabs.tsx';
import { StateGraph } from '../run/state-graph.tsx';
import { idsOf, lastOf } from '../run/state-ids.ts';

const POLL_MS = 1500;
/** Objects and the item may change after the run's end. */
const SLOW_POLL_MS = 15_000;

interface RunPageProps {
  readonly run: { readonly operation: Operation; readonly name: string };
  readonly search: URLSearchParams;
}

export function RunPage({ run, search }: RunPageProps) {
  const path = `runs/${run.operation}/${encodeURIComponent(run.name)}`;
  const report = useResource(
    path,
    (signal) => get<RunReport>(path, {}, signal),
    ({ summary }) => (summary.outcome === 'running' ? POLL_MS : SLOW_POLL_MS),
  );
  const definition = useResource(`${path}/definition`, (signal) =>
    get<Definition>(`${path}/definition`, {}, signal),
  );
  const { data } = report;
  const address = data && runAddress(data.summary);
  // An Express run is shown as the run that goes on with it.
  useEffect(() => {
    if (address !== undefined && address !== runAddress(run)) navigate(address, { replace: true });
  }, [address, run]);
  if (data === undefined) {
    return report.error === undefined ? (
      <Loading />
    ) : (
      <Problem error={report.error} onRetry={report.reload} />
    );
  }
  const isExpress = data.summary.lane === 'express';
  const picked = search.get('state') ?? undefined;
  const pick = (state: string | undefined) =>
    navigate(
      withSearch(runAddress(run), search, { state: state === picked ? undefined : state, tab: undefined }),
      {
        replace: true,
      },
    );
  return (
    <article className="run-page">
      {report.error !== undefined && <ProblemStrip error={report.error} onRetry={report.reload} />}
      <RunHead report={data} onChange={report.reload} />
      <div className="run-body">
        <section className="card graph-card" aria-label="States">
          {definition.data ? (
            <StateGraph
              definition={definition.data}
              tree={data.tree}
              isWhole={!isExpress || data.express?.isWhole === true}
              picked={nameOf(data, picked)}
              onPick={(name) => pick(lastOf(data.tree.states, name))}
            />
          ) : (
            <p className="card-note muted">
              {definition.error === undefined
                ? 'Loading the state machine…'
                : `The state machine’s definition cannot be read (${
                    isExpress ? 'states:DescribeStateMachine' : 'states:DescribeStateMachineForExecution'
                  }).`}
            </p>
          )}
        </section>
        <RunTabs report={data} definition={definition.data} picked={picked} onPick={pick} search={search} />
      </div>
    </article>
  );
}

function nameOf({ tree }: RunReport, id: string | undefined): string | undefined {
  return id === undefined ? undefined : idsOf(tree.states).get(id)?.name;
}

function Loading() {
  return (
    <div className="run-page" aria-busy="true">
      <p className="visually-hidden" role="status">
        Loading the run
      </p>
      <div className="run-head">
        <div className="skeleton block" />
      </div>
      <div className="run-body">
        <div className="card skeleton tall" />
        <div className="card skeleton tall" />
      </div>
    </div>
  );
}
