// Beside the graph: the timeline with the objects, the input, the output, the events.

import { type KeyboardEvent, useRef } from 'react';
import type { RunReport } from '../../api.ts';
import { formatCount } from '../format.ts';
import { Json } from '../parts/json.tsx';
import { navigate, runAddress, withSearch } from '../router.ts';
import { Events } from './events.tsx';
import { ExpressPart } from './express-part.tsx';
import type { Definition } from './graph-model.ts';
import { Objects } from './objects.tsx';
import { Timeline } from './timeline.tsx';

const TABS = ['overview', 'input', 'output', 'events'] as const;
type Tab = (typeof TABS)[number];

interface RunTabsProps {
  readonly report: RunReport;
  readonly definition: Definition | undefined;
  readonly picked: string | undefined;
  readonly onPick: (state: string | undefined) => void;
  readonly search: URLSearchParams;
}

export function RunTabs({ report, definition, picked, onPick, search }: RunTabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const current = TABS.find((tab) => tab === search.get('tab')) ?? 'overview';
  const show = (tab: Tab) =>
    navigate(withSearch(runAddress(report.summary), search, { tab: tab === 'overview' ? undefined : tab }), {
      replace: true,
    });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = (TABS.indexOf(current) + step + TABS.length) % TABS.length;
    show(TABS[at] as Tab);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[at]?.focus();
  };
  const labels: Readonly<Record<Tab, string>> = {
    overview: 'Overview',
    input: 'Input',
    output: 'Output',
    events: `Events ${formatCount(report.events.length)}`,
  };
  return (
    <section className="card">
      <div className="tabs" role="tablist" aria-label="Details" ref={list} onKeyDown={onKeyDown}>
        {TABS.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`tab-${tab}`}
            aria-controls="tab-panel"
            aria-selected={tab === current}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => show(tab)}
          >
            {labels[tab]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${current}`}>
        {current === 'overview' && (
          <>
            <ExpressPart report={report} />
            <Timeline tree={report.tree} definition={definition} picked={picked} onPick={onPick} />
            <Objects report={report} />
          </>
        )}
        {current === 'input' && <Input report={report} />}
        {current === 'output' && <Output report={report} />}
        {current === 'events' && <Events events={report.events} />}
      </div>
    </section>
  );
}

function Input({ report: { input, summary } }: { report: RunReport }) {
  // Logs have the input of no run: execution data is left out.
  if (summary.lane === 'express' && !input)
    return <p className="card-note muted">Its log has no input of it.</p>;
  return <Json value={input} label="Input" />;
}

function Output({ report: { output, summary, tree } }: { report: RunReport }) {
  if (output !== undefined) return <Json value={output} label="Output" />;
  if (summary.outcome === 'running') return <p className="card-note muted">The run has not ended yet.</p>;
  if (summary.lane === 'express' && tree.failure === undefined)
    return <p className="card-note muted">Its log has no output of it.</p>;
  return <Json value={tree.failure ?? {}} label="Error" />;
}
