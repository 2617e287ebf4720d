// What a recording of a release is made of: the steps of a scenario, and what the tasks were asked and answered during each.

import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Operation } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { TASKS } from '../../lambdas/bundle.ts';
import type { FaultInput } from '../../local/index.ts';

export type Task = (typeof TASKS)[number];

/** One step of a scenario. A run is known by its execution's name; a step that sets it going lasts until it ends or waits. */
export type Step =
  | {
      readonly do: 'start';
      readonly run: string;
      readonly operation: Operation | 'sweep';
      readonly input: object;
    }
  /** Moves time on whenever the run waits, until it has ended. */
  | { readonly do: 'finish'; readonly run: string }
  | { readonly do: 'stop'; readonly run: string }
  | { readonly do: 'redrive'; readonly run: string }
  | { readonly do: 'fault'; readonly fault: FaultInput }
  /** Takes all faults away. */
  | { readonly do: 'mend' }
  | { readonly do: 'pass'; readonly seconds: number }
  /** What another program writes. */
  | { readonly do: 'putItem'; readonly item: Item }
  | { readonly do: 'putObject'; readonly key: string; readonly text: string }
  /** What time to live does to an item; the table's stream then tells of it. */
  | { readonly do: 'expire'; readonly id: string };

export interface Scenario {
  /** Also the id of the item that it is about. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Runs whose histories are recorded, too. */
  readonly histories?: readonly string[];
}

/** What a task answered. */
export type Answer =
  | { readonly result: unknown }
  /** An error of the product's own; its reason is the JSON of its message. */
  | { readonly error: string; readonly reason: unknown }
  /** Any other failure, such as one of AWS that the task passes on. */
  | { readonly error: string }
  /** The function was not called, or its answer was not waited for. */
  | { readonly lost: true };

export type Call = { readonly task: Task; readonly payload: unknown } & Answer;

/** What happened during a step, in its order: tasks were called, time passed, reports of a sweep were written. */
export type Event = Call | { readonly pass: number } | { readonly report: string; readonly text: string };

/** How a run ended. */
export interface End {
  readonly status: string;
  readonly error?: string | undefined;
  /** Without its message, which is for people. */
  readonly cause?: unknown;
  readonly output?: unknown;
  readonly states: readonly string[];
}

/** What is in the store after a scenario. */
export interface Left {
  readonly item: Item | null;
  readonly objects: Readonly<Record<string, string>>;
}

export interface Recording {
  /** ISO 8601: the time of the cloud when the scenario begins. */
  readonly startsAt: string;
  readonly steps: readonly { readonly step: Step; readonly events: readonly Event[] }[];
  readonly ends: Readonly<Record<string, End>>;
  readonly left: Left;
  readonly histories: Readonly<Record<string, History>>;
}

export interface History {
  readonly description: Readonly<Record<string, unknown>>;
  readonly events: readonly HistoryEvent[];
}
