// `twinwrite show`

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { cut } from '../../../audit/drawing/text.ts';
import type { RunReport } from '../../../audit/index.ts';
import { connectAudit, interruptible } from '../../audit.ts';
import { UsageError } from '../../errors.ts';
import { jsonText } from '../../exact-json.ts';
import { type Io, print, wantsColor, widthOf } from '../../io.ts';
import { type StackChoice, withStackOptions } from '../../store.ts';
import { reportLines } from '../../text/run-text.ts';

interface ShowOptions extends StackChoice {
  readonly events?: true;
  readonly mermaid?: true;
}

export function registerShow(program: Command, io: Io): void {
  withStackOptions(program.command('show').description('show a run: what happened, what is left, what to do'))
    .argument('<run>', "the run's name or ARN, a link to it in the AWS console, or as object keys name it")
    .option('--events', 'print its events as Step Functions has them; with --json whole, one a line')
    .option('--mermaid', 'print the path that it took, as a Mermaid state diagram')
    .addHelpText(
      'after',
      `
Examples:
  $ twinwrite show create-42-01M8A42470BRZ4A0KNRHRYDN4H
  $ twinwrite show create-42-01M8A42470BRZ4A0KNRHRYDN4H --json | jq .objects

Of an Express run it shows what its log has; one that goes on as a run of the Standard lane is shown with that.`,
    )
    .action((run: string, options: ShowOptions) => show(run, options, io));
}

async function show(text: string, options: ShowOptions, io: Io): Promise<void> {
  if (options.mermaid && (options.events || options.json)) {
    throw new UsageError('--mermaid: not together with --events or --json');
  }
  const context = await connectAudit(options, io);
  const { readRun, resolveRun } = await import('../../../audit/index.ts');
  const report = await interruptible(io, 'interrupted', async (signal) =>
    readRun(context, await resolveRun(context, text, { signal }), { signal }),
  );
  const width = Math.max(widthOf(io.stdout), 60);
  if (options.mermaid) {
    const { toRunMermaid } = await import('../../../audit/drawing/run-graph.ts');
    await print(io.stdout, toRunMermaid(report.tree));
  } else if (options.events) {
    for (const event of eventsOf(report)) {
      await print(io.stdout, options.json ? jsonText(event) : cut(eventText(event), width, false));
    }
  } else if (options.json) {
    await print(io.stdout, jsonText(withoutEvents(report)));
  } else {
    const color = wantsColor(io.stdout, io.env);
    const onAws = !io.env.AWS_ENDPOINT_URL;
    for (const line of reportLines(report, { width, color, onAws })) await print(io.stdout, line);
  }
}

/** Events are many, and asked for by --events. */
function withoutEvents({ events, express, ...report }: RunReport): unknown {
  const { events: logged = [], ...part } = express ?? {};
  return {
    ...report,
    eventCount: events.length,
    ...(express && { express: { ...part, eventCount: logged.length } }),
  };
}

/** Those of the Express run first that it goes on with, or settles. */
function eventsOf({ events, express, summary }: RunReport): readonly HistoryEvent[] {
  return summary.lane === 'express' ? events : [...(express?.events ?? []), ...events];
}

function eventText(event: HistoryEvent): string {
  const { id = 0, type = '', timestamp = new Date(0) } = event;
  const entry = Object.entries(event).find(([member]) => member.endsWith('EventDetails'));
  const { name, index, error, cause } = (entry?.[1] ?? {}) as Record<string, unknown>;
  const details = [name, index, error, cause].filter((each) => each !== undefined && each !== '');
  return `${String(id).padStart(5)}  ${timestamp.toISOString().slice(11, 23)}  ${type.padEnd(24)}  ${details.join(' ')}`;
}
