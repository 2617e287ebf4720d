// Task states: one call of an integration an attempt, within its time limits.

import type { TaskState } from '../definition/types.ts';
import { evaluate, evaluateInteger, type Template } from '../expressions/template.ts';
import { limitedText, STATES, StateFailure } from '../failure.ts';
import type { EventDetails } from '../history.ts';
import { type Dispatch, type Integration, parameterProblem, TaskError } from '../integrations/integration.ts';
import type { Json } from '../json.ts';
import { MAX_TIMEOUT_SECONDS } from '../limits.ts';
import { emit, outside, type Thread, textWithDetails } from './thread.ts';
import { evaluating, leave, placeOf, scopeOf, type Visit } from './visit.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface TaskLimits {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/** One attempt: evaluates the arguments anew, calls, and leaves the state with the result. */
export async function attemptTask(visit: Visit<TaskState>): Promise<void> {
  const { state, thread } = visit;
  const { frame } = thread;
  visit.taskToken = state.integration.waitsFor === 'callback' ? thread.run.tokens.create() : undefined;
  const input = await argumentsOf(visit);
  const limits = {
    timeoutSeconds: await seconds(visit, state.timeoutSeconds),
    heartbeatSeconds: await seconds(visit, state.heartbeatSeconds),
  };
  emit(thread, `${state.integration.events}Scheduled`, scheduledDetails(visit, input, limits));
  await outside(thread, Promise.resolve());
  emit(thread, `${state.integration.events}Started`, namesOf(state.integration));
  const result = await perform(visit, input, limits);
  emit(thread, `${state.integration.events}Succeeded`, {
    ...namesOf(state.integration),
    ...textWithDetails('output', result),
  });
  visit.decidedAfter = frame.lastEventId;
  await leave(visit, state, result, { result });
}

async function argumentsOf(visit: Visit<TaskState>): Promise<Json> {
  const { state, thread } = visit;
  const scope = scopeOf(visit);
  const input = state.arguments
    ? await evaluating(visit, evaluate(state.arguments, scope))
    : thread.frame.input;
  const text = limitedText(input, state.name);
  const problem = parameterProblem(state.integration.parameters, input);
  if (problem !== undefined) {
    const reason = `${placeOf(visit)} The Parameters '${text}' could not be used to start the Task: [${problem}]`;
    throw new StateFailure(STATES.runtime, reason, thread.frame.lastEventId);
  }
  return input;
}

async function seconds(visit: Visit, template: Template | undefined): Promise<number | undefined> {
  if (template === undefined) return undefined;
  return evaluating(visit, evaluateInteger(template, scopeOf(visit), 1, MAX_TIMEOUT_SECONDS));
}

function scheduledDetails(visit: Visit<TaskState>, input: Json, limits: TaskLimits): EventDetails {
  const { integration } = visit.state;
  return {
    ...(integration.events === 'Task'
      ? {
          resourceType: integration.resourceType,
          resource: integration.resource,
          region: visit.thread.run.region,
          parameters: JSON.stringify(input),
        }
      : { resource: integration.resource, ...textWithDetails('input', input) }),
    ...(limits.timeoutSeconds !== undefined && { timeoutInSeconds: limits.timeoutSeconds }),
    ...(limits.heartbeatSeconds !== undefined && { heartbeatInSeconds: limits.heartbeatSeconds }),
  };
}

/** Details that name the task; events of a Lambda ARN have none. */
function namesOf({ events, resourceType, resource }: Integration): EventDetails | undefined {
  return events === 'Task' ? { resourceType, resource } : undefined;
}

/** @throws {StateFailure} with its event written */
async function perform(visit: Visit<TaskState>, input: Json, limits: TaskLimits): Promise<Json> {
  const { integration } = visit.state;
  const { thread } = visit;
  const timers = new TaskTimers(limits, thread.signal);
  try {
    const result = await called(visit, input, timers);
    limitedText(result, integrationName(integration));
    return result;
  } catch (error) {
    const failure = error instanceof TaskError ? new StateFailure(error.error, error.message) : error;
    if (!(failure instanceof StateFailure)) throw error;
    const timedOut = failure.error === STATES.timeout || failure.error === STATES.heartbeatTimeout;
    emit(thread, `${integration.events}${timedOut ? 'TimedOut' : 'Failed'}`, {
      ...namesOf(integration),
      error: failure.error,
      ...(failure.reason !== undefined && { cause: failure.reason }),
    });
    throw failure;
  } finally {
    timers.clear();
  }
}

/** Makes the call, and waits for what the task's pattern waits for. */
async function called(visit: Visit<TaskState>, input: Json, timers: TaskTimers): Promise<Json> {
  const { thread, state, taskToken } = visit;
  const { tokens } = thread.run;
  const { integration } = state;
  const over = new AbortController();
  const dispatch: Dispatch = (service, request) =>
    thread.run.dispatch(service, { ...request, gone: over.signal });
  // Before the call: the callback may come before its answer.
  const callback = taskToken === undefined ? undefined : tokens.open(taskToken, () => timers.beat());
  try {
    const answer = await outside(thread, timers.race(integration.perform(input, dispatch)));
    if (integration.waitsFor === undefined) return answer;
    emit(thread, 'TaskSubmitted', { ...namesOf(integration), ...textWithDetails('output', answer) });
    if (integration.waitsFor !== 'callback') return await job(thread, integration.waitsFor, answer, timers);
    return await outside(thread, timers.race((callback as NonNullable<typeof callback>).result));
  } finally {
    over.abort();
    callback?.close();
  }
}

/** A job that nobody waits for any more is stopped, as AWS tries to. */
async function job(
  thread: Thread,
  { finish, stop }: Exclude<Integration['waitsFor'], 'callback' | undefined>,
  submitted: Json,
  timers: TaskTimers,
): Promise<Json> {
  const { dispatch, jobs } = thread.run;
  let finished = false;
  const end = finish(submitted, jobs, dispatch).finally(() => {
    finished = true;
  });
  try {
    return await outside(thread, timers.race(end));
  } finally {
    if (!finished) await stop(submitted, dispatch).catch(() => undefined);
  }
}

function integrationName({ events, resource, resourceType }: Integration): string {
  return events === 'Task' ? resourceType : resource;
}

/**
 * The limits of a task, in real time: what is called runs in real time too. A call is not cancelled; its late answer is
 * ignored. Only a callback sends heartbeats: of any other call, HeartbeatSeconds is a second limit.
 */
class TaskTimers {
  readonly #heartbeatSeconds: number | undefined;
  readonly #timeout: NodeJS.Timeout | undefined;
  readonly #signal: AbortSignal;
  readonly #expired: Promise<never>;
  #heartbeat: NodeJS.Timeout | undefined;
  #expire: (failure: StateFailure) => void = () => undefined;

  constructor({ timeoutSeconds, heartbeatSeconds }: TaskLimits, signal: AbortSignal) {
    this.#signal = signal;
    this.#heartbeatSeconds = heartbeatSeconds;
    this.#expired = new Promise((_, reject) => {
      this.#expire = reject;
    });
    this.#expired.catch(() => undefined);
    this.#timeout = startTimer(timeoutSeconds, () =>
      this.#expire(new StateFailure(STATES.timeout, undefined)),
    );
    this.beat();
    signal.addEventListener('abort', this.clear);
  }

  /** Starts the time between two heartbeats anew. */
  beat(): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = startTimer(this.#heartbeatSeconds, () =>
      this.#expire(new StateFailure(STATES.heartbeatTimeout, undefined)),
    );
  }

  /** @throws {StateFailure} States.Timeout or States.HeartbeatTimeout, if that comes first */
  race(work: Promise<Json>): Promise<Json> {
    return Promise.race([work, this.#expired]);
  }

  readonly clear = (): void => {
    clearTimeout(this.#timeout);
    clearTimeout(this.#heartbeat);
    this.#signal.removeEventListener('abort', this.clear);
  };
}

function startTimer(limitSeconds: number | undefined, expire: () => void): NodeJS.Timeout | undefined {
  if (limitSeconds === undefined || limitSeconds * 1000 > LONGEST_TIMER_MS) return undefined;
  return setTimeout(expire, limitSeconds * 1000);
}
