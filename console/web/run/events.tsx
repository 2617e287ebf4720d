// The run's history as Step Functions has it, one event a row. Only the rows in view are in the document.

import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { useRef, useState } from 'react';
import type { HistoryEvent } from '../../api.ts';
import { Json } from '../parts/json.tsx';

const ROW_HEIGHT = 30;

export function Events({ events }: { events: readonly HistoryEvent[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const virtualizer = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const toggle = (index: number) => {
    const next = new Set(open);
    if (!next.delete(index)) next.add(index);
    setOpen(next);
  };
  const start = Date.parse(events[0]?.timestamp ?? '');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="events" ref={scroller} aria-label="Events, oldest first" tabIndex={0}>
      <div className="rows" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start: top, key }) => {
          const event = events[index];
          return (
            event && (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="event"
                style={{ transform: `translateY(${top}px)` }}
              >
                <button
                  type="button"
                  className="event-row"
                  aria-expanded={open.has(index)}
                  onClick={() => toggle(index)}
                >
                  <ChevronRight aria-hidden className="fold" />
                  <span className="number muted">{event.id}</span>
                  <span className="number muted">{sinceStart(event, start)}</span>
                  <span>{event.type}</span>
                  <span className="muted">{nameIn(event)}</span>
                </button>
                {open.has(index) && <Json value={detailsOf(event)} label={`Event ${event.id}`} />}
              </div>
            )
          );
        })}
      </div>
    </section>
  );
}

function sinceStart({ timestamp }: HistoryEvent, start: number): string {
  return timestamp === undefined ? '' : `+${((Date.parse(timestamp) - start) / 1000).toFixed(3)} s`;
}

function detailsIn(event: HistoryEvent): Readonly<Record<string, unknown>> {
  const entry = Object.entries(event).find(([member]) => member.endsWith('EventDetails'));
  return (entry?.[1] as Record<string, unknown> | undefined) ?? {};
}

function nameIn(event: HistoryEvent): string {
  const { name, error } = detailsIn(event);
  return String(name ?? error ?? '');
}

/** Members that hold JSON as text are shown as what they are. */
function detailsOf(event: HistoryEvent): unknown {
  const details = Object.entries(detailsIn(event)).map(([name, value]) => [name, parsed(value)]);
  const { id, previousEventId, timestamp, type } = event;
  return { id, previousEventId, timestamp, type, ...Object.fromEntries(details) };
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // AWS cuts long data off
  }
}
