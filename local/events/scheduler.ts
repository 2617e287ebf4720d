// The local EventBridge Scheduler: starts functions and state machines and sends to queues, by rates and cron expressions; tries again
// what is refused, and sends to a queue what it gave up.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html

import type { Clock } from '../clock.ts';
import type { Gate } from '../gate.ts';
import { followSchedule, parseSchedule } from './schedules.ts';
import { sendAs } from './targets.ts';

export interface ScheduleDefinition {
  readonly arn: string;
  /** `rate(1 day)`, `cron(0 10 * * ? *)`, in UTC. */
  readonly expression: string;
  readonly targetArn: string;
  readonly roleArn: string;
  readonly input: string;
  readonly maxRetries: number;
  readonly maxAgeSeconds: number;
  /** The ARN of a queue. */
  readonly deadLetters: string | undefined;
}

export interface Scheduler {
  /** @throws {Error} naming what of the expression is not understood */
  addSchedule(schedule: ScheduleDefinition): void;
  /** Ends the schedules; resolves when what is being sent was sent. */
  close(): Promise<void>;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly dispatch: Gate['dispatch'];
  /** Told of what was given up. */
  readonly onLog?: ((target: string, line: string) => void) | undefined;
}

/** Not documented but for "exponential backoff": a minute, then twice as long each time, up to an hour. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock, dispatch, onLog } = options;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  const track = (work: Promise<void>): void => {
    // What the end of the cloud interrupts has nobody to tell.
    const tracked = work.catch(() => undefined).finally(() => running.delete(tracked));
    running.add(tracked);
  };
  const giveUp = async (schedule: ScheduleDefinition, error: Error): Promise<void> => {
    const told = await keep(schedule);
    onLog?.(schedule.arn, `${schedule.arn} has given up: ${error.message}${told}`);
  };
  /** @returns what became of it, for the log */
  const keep = async ({ roleArn, deadLetters, input }: ScheduleDefinition): Promise<string> => {
    if (deadLetters === undefined) return '';
    try {
      await sendAs(dispatch, { arn: deadLetters, roleArn }, input);
      return `; it is kept in ${deadLetters}`;
    } catch (refusal) {
      return `; it was not kept: ${(refusal as Error).message}`;
    }
  };
  const start = async (schedule: ScheduleDefinition): Promise<void> => {
    const since = clock.now();
    const target = { arn: schedule.targetArn, roleArn: schedule.roleArn };
    for (let retries = 0; ; retries += 1) {
      try {
        return await sendAs(dispatch, target, schedule.input);
      } catch (error) {
        closing.signal.throwIfAborted();
        const left = since + schedule.maxAgeSeconds * 1000 - clock.now();
        if (retries >= schedule.maxRetries || left <= 0) {
          return await giveUp(schedule, error as Error);
        }
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(retries, 10), LONGEST_PAUSE_MS, left);
        await clock.sleep(pause, closing.signal);
      }
    }
  };

  return {
    addSchedule(schedule) {
      parseSchedule(schedule.expression, 0);
      track(followSchedule(schedule.expression, clock, closing.signal, () => track(start(schedule))));
    },
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all(running);
    },
  };
}
