// What entering a state does, by its type.

import { isWay } from '../../core/errors/errors.ts';
import { QueryFailure } from '../asl/expressions.ts';
import type { Model } from '../model/model.ts';
import { START } from '../state/setting.ts';
import {
  type Frame,
  type InvocationResult,
  type State,
  type TaskError,
  TOP,
  withFrame,
  withRun,
} from '../state/state.ts';
import { failRun, leave } from './leave.ts';
import { recover } from './recovery.ts';
import { type Place, placeOf, scopeOf } from './scope.ts';

/** Enters the state that a frame stands at. */
export async function enter(model: Model, state: State, index: number, kid: number): Promise<State> {
  const place = placeOf(model, state, index, kid);
  try {
    return await entered(model, state, place);
  } catch (error) {
    if (!(error instanceof QueryFailure)) throw error;
    const failed = failRun(state, index, 'States.QueryEvaluationError', error.message);
    return { ...failed, problems: [...failed.problems, `query: ${error.message}`] };
  }
}

/** An invocation has ended: its result is the task's, or its error. */
export async function conclude(
  model: Model,
  state: State,
  index: number,
  kid: number,
  result: InvocationResult,
): Promise<State> {
  if ('ok' in result) {
    const place = placeOf(model, state, index, kid);
    const taskResult = { ExecutedVersion: '$LATEST', Payload: result.ok, StatusCode: 200 };
    const { definition: exit } = place;
    return leave(model, state, place, {
      by: 'leave',
      exit,
      more: { result: taskResult },
      fallback: taskResult,
    });
  }
  return recover(model, state, index, kid, { name: result.name, cause: causeOf(result) });
}

/**
 * Which way the function under way is about to say that the saga takes. It makes no call; but its run can be stopped before it is
 * heard, and its function be lost.
 */
export function branchOf({ phase, invocation }: Frame): TaskError | undefined {
  const result = phase === 'invoking' ? invocation?.result : undefined;
  if (result === undefined || !('name' in result) || !isWay(result.name)) return undefined;
  return { name: result.name, cause: causeOf(result) };
}

function causeOf({ name, message }: { readonly name: string; readonly message: string }): string {
  return JSON.stringify({ errorType: name, errorMessage: message });
}

function entered(model: Model, state: State, place: Place): Promise<State> {
  const { definition, frame } = place;
  switch (definition.Type) {
    case 'Task':
      return enterTask(model, state, place);
    case 'Choice':
      return choose(model, state, place);
    case 'Wait':
      return wait(model, state, place);
    case 'Pass':
      return leave(model, state, place, { by: 'leave', exit: definition, fallback: frame.input });
    case 'Map':
      return iterate(model, state, place);
    case 'Succeed':
      return succeed(model, state, place);
    case 'Fail':
      return fail(model, state, place);
    default:
      throw new Error(`the explorer runs no state of type ${definition.Type}`);
  }
}

async function enterTask(model: Model, state: State, place: Place): Promise<State> {
  const { run, kid, frame, definition, id } = place;
  const { frozenContext, clockSkewMs = 0 } = model.configuration;
  const enteredAt = frame.retries === 0 ? run.clock : (frame.enteredAt ?? run.clock);
  const seen: Place = frozenContext
    ? { ...place, run: { ...run, clock: enteredAt }, frame: { ...frame, retries: 0 } }
    : place;
  const given = await model.product.expressions.evaluate(
    `${id}/Arguments`,
    definition.Arguments,
    scopeOf(model, seen),
  );
  const [fn, event] = calledBy(given as object);
  const code = model.codeOf(model.writeOf(run).store);
  if (model.configuration.writesTooLarge && fn === 'WriteItem') {
    return recover(model, state, run.index, kid, { name: 'States.DataLimitExceeded', cause: 'too large' });
  }
  const now = START + run.clock + clockSkewMs;
  const invocation = await code.invoke(fn, event, now);
  const invoking: Frame = { ...frame, phase: 'invoking', invocation, ...(frozenContext && { enteredAt }) };
  const next = withFrame(state, run.index, kid, invoking);
  return invocation.result === undefined || branchOf(invoking) !== undefined
    ? next
    : conclude(model, next, run.index, kid, invocation.result);
}

/** What a task calls with what: a function, or Step Functions itself. */
function calledBy(task: object): readonly [fn: string, event: unknown] {
  if ('StateMachineArn' in task) return ['StartExecution', task];
  const { FunctionName, Payload } = task as { FunctionName: string; Payload: { readonly log?: unknown } };
  // What is there for a line of the log changes nothing, and would only tell states apart.
  const { log: _, ...payload } = Payload;
  return [FunctionName.replace(/Function$/, ''), payload];
}

async function choose(model: Model, state: State, place: Place): Promise<State> {
  const { definition, frame, id } = place;
  for (const [index, choice] of (definition.Choices ?? []).entries()) {
    const scope = scopeOf(model, place);
    if (await model.product.expressions.evaluate(`${id}/Choice${index}`, choice.Condition, scope)) {
      return leave(model, state, place, { by: `choice${index}`, exit: choice, fallback: frame.input });
    }
  }
  const { Default, ...rest } = definition;
  const exit = { ...rest, ...(Default !== undefined && { Next: Default }) };
  return leave(model, state, place, { by: 'default', exit, fallback: frame.input });
}

async function wait(model: Model, state: State, place: Place): Promise<State> {
  const { run, kid, frame, definition, id } = place;
  const seconds = await model.product.expressions.evaluate(
    `${id}/Seconds`,
    definition.Seconds,
    scopeOf(model, place),
  );
  const until = run.clock + Number(seconds) * 1000;
  return withFrame(state, run.index, kid, { ...frame, phase: 'waiting', until });
}

async function iterate(model: Model, state: State, place: Place): Promise<State> {
  const { run, kid, frame, definition, id } = place;
  const items = await model.product.expressions.evaluate(
    `${id}/Items`,
    definition.Items,
    scopeOf(model, place),
  );
  const kids = (items as readonly unknown[]).map((item): Frame => {
    model.onEnter(definition.ItemProcessor?.StartAt ?? '', true);
    return startFrame(definition.ItemProcessor?.StartAt ?? '', item);
  });
  return withFrame(state, run.index, kid, { ...frame, phase: 'iterating', kids });
}

async function succeed(model: Model, state: State, place: Place): Promise<State> {
  const { run, definition, id } = place;
  const output = await model.product.expressions.evaluate(
    `${id}/Output`,
    definition.Output,
    scopeOf(model, place),
  );
  return withRun(state, run.index, { status: 'SUCCEEDED', output });
}

async function fail(model: Model, state: State, place: Place): Promise<State> {
  const { run, kid, frame, definition, id } = place;
  const { expressions } = model.product;
  const { Error: name = '', Cause = '' } = definition;
  const error = await expressions.evaluate(`${id}/Error`, name, scopeOf(model, place));
  const cause = await expressions.evaluate(`${id}/Cause`, Cause, scopeOf(model, place));
  if (kid === TOP) return failRun(state, run.index, String(error), String(cause));
  const failure = { name: String(error), cause: String(cause) };
  return withFrame(state, run.index, kid, { ...frame, phase: 'failed', failure });
}

/** A frame before its first state. */
export function startFrame(at: string, input: unknown): Frame {
  return { at, variables: {}, input, phase: 'entering', retries: 0, counts: {}, until: 0 };
}
