// Evaluates expressions in sandboxes, threads of their own, within a limit of time. One thread does it all as long as
// nothing takes long; one that does holds up nobody else.

import type { Evaluated, EvaluationRequest } from './protocol.ts';
import { Sandbox } from './sandbox.ts';

export interface Evaluator {
  /** Rejects only where no thread can be started. */
  evaluate(request: EvaluationRequest): Promise<Evaluated>;
}

export interface EvaluatorOptions {
  /** How long the expressions of one field may take together, in real time. Default 5,000. */
  readonly limitMs?: number;
}

interface Job {
  readonly request: EvaluationRequest;
  readonly settle: (evaluated: Promise<Evaluated>) => void;
}

/** AWS has a limit, which the message of its error tells of, and documents none: this one is ours. */
const LIMIT_MS = 5_000;
/** From then on an evaluation counts as long, and others get another thread. */
const LONG_MS = 100;
const MAX_SANDBOXES = 16;

/** The evaluator of the whole process: it keeps nothing from one request to the next. */
let shared: Evaluator | undefined;

export function sharedEvaluator(): Evaluator {
  shared ??= createEvaluator();
  return shared;
}

/** Threads start when they are first needed, and do not keep the process alive while they are idle. */
export function createEvaluator({ limitMs = LIMIT_MS }: EvaluatorOptions = {}): Evaluator {
  const queue: Job[] = [];
  const idle: Sandbox[] = [];
  const busy = new Set<Sandbox>();
  let patience: NodeJS.Timeout | undefined;

  const run = async (sandbox: Sandbox, job: Job): Promise<void> => {
    const evaluated = sandbox.evaluate(job.request, limitMs);
    busy.add(sandbox);
    job.settle(evaluated);
    await evaluated.catch(() => undefined);
    busy.delete(sandbox);
    if (sandbox.alive && idle.length === 0) idle.push(sandbox);
    else sandbox.close();
    dispatch();
  };

  const dispatch = (): void => {
    for (let job = queue[0]; job !== undefined; job = queue[0]) {
      const sandbox = idle.pop() ?? (mayGrow() ? new Sandbox() : undefined);
      if (sandbox === undefined) {
        if (patience === undefined) patience = setTimeout(lookAgain, LONG_MS);
        return;
      }
      queue.shift();
      void run(sandbox, job);
    }
  };

  const mayGrow = (): boolean =>
    busy.size < MAX_SANDBOXES && [...busy].every(({ busyMs }) => busyMs >= LONG_MS);

  const lookAgain = (): void => {
    patience = undefined;
    dispatch();
  };

  return {
    evaluate: (request) =>
      new Promise((settle) => {
        queue.push({ request, settle });
        dispatch();
      }),
  };
}
