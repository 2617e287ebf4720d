// The saga as an Express workflow, made from the definition of the Standard one: the same states, but each is tried for so long as
// five minutes allow, and what is in doubt or stuck goes on as a Standard execution, which is told the plan (docs/lanes.md).

import { EXPRESS_PUTS } from '../errors/limits.ts';
import type { Operation } from '../keys/run.ts';
import {
  EXPRESS_PATIENCE_SECONDS,
  EXPRESS_TASK_SECONDS,
  EXPRESS_THROTTLES,
  MAX_THROTTLES,
  SETTLE_SECONDS,
} from './waits.ts';

/** A state machine's definition, as far as it matters here. */
export interface Definition {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

export interface StateDefinition {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly Choice[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Arguments?: Readonly<Record<string, unknown>>;
  readonly ItemProcessor?: Definition;
  readonly [field: string]: unknown;
}

interface Choice {
  readonly Condition: unknown;
  readonly Next: string;
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly [field: string]: unknown;
}

interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Next: string;
}

type States = Record<string, StateDefinition>;
type Change = (state: StateDefinition) => StateDefinition;

/** What the optimized integration calls it that there is an execution of this name: as it was seen, and as the API has it. */
const TAKEN = ['StepFunctions.ExecutionAlreadyExistsException', 'StepFunctions.ExecutionAlreadyExists'];
const HAND_OVER = 'HandOver';
const HANDED_OVER = 'HandedOver';
const SETTLES_HERE = 'SettlesHere?';
/** Of the Standard lane alone: of what goes on with an Express run, a plan that fails is no refusal. */
const RESUME = 'ResumeExpressRun';
const IN_DOUBT = 'InDoubt?';
/** Stands for the ARN of the Standard state machine of the same operation. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: as definitions name what is deployed
const STANDARD = '${StandardStateMachine}';

/**
 * The definition of the Express lane of an operation. `${StandardStateMachine}` in it stands for the ARN of the Standard one.
 * @param standard - the definition of the Standard one, which is left as it is
 */
export function expressDefinition(operation: Operation, standard: Definition): Definition {
  const states: States = { ...standard.States };
  const change = (name: string, by: Change): void => {
    const state = states[name];
    if (state !== undefined) states[name] = by(state);
  };
  change('Plan', plan);
  change('PutObjects', puts);
  change('AnythingPut?', anythingPut);
  change('EndUnfinishedUploads', (state) => once(state, EXPRESS_TASK_SECONDS.uploads));
  for (const name of ['WriteItem', 'ReplaceItem', 'DeleteItem']) {
    change(name, (state) => write(name, state, operation === 'delete' ? 'Rejected' : 'DeleteCreatedObjects'));
  }
  change('DeleteReplacedObjects', (state) => hurried(state, EXPRESS_TASK_SECONDS.deletion));
  change('DeleteCreatedObjects', (state) => ({
    ...once(state, EXPRESS_TASK_SECONDS.deletion),
    Catch: [handOverAt('DeleteCreatedObjects')],
  }));
  if (operation !== 'delete') states[SETTLES_HERE] = settlesHere();
  states[HAND_OVER] = handOver();
  states[HANDED_OVER] = handedOver();
  return {
    ...standard,
    Comment: `${standard.Comment ?? ''} In the Express lane: what is in doubt or stuck goes on in the Standard one.`,
    States: reachable(standard.StartAt, states),
  };
}

/** It draws what tells this execution from others of its name. A plan has no effects, so one that is lost is made again. */
function plan(state: StateDefinition): StateDefinition {
  const { Catch = [], Arguments } = state;
  const kept = Catch.filter(
    ({ ErrorEquals }) => !ErrorEquals.includes('Continues') && !ErrorEquals.includes('Settles'),
  );
  return {
    ...hurried(state, EXPRESS_TASK_SECONDS.plan),
    Arguments: withPayload(Arguments, { nonce: '{% $uuid() %}' }),
    Catch: kept.map((each) => (each.Next === IN_DOUBT ? { ...each, Next: 'Rejected' } : each)),
  };
}

/** All at once, and each again once where S3 has answered: one that is lost may run on, so the Standard lane waits for it. */
function puts(state: StateDefinition): StateDefinition {
  const processor = state.ItemProcessor as Definition;
  const put = processor.States.PutObject as StateDefinition;
  const Retry = put.Retry ?? [];
  const again = Retry.filter(({ ErrorEquals }) => ErrorEquals.includes('PutUnavailable'));
  const PutObject = {
    ...put,
    TimeoutSeconds: EXPRESS_TASK_SECONDS.put,
    Retry: [...Retry.filter(isNever), ...again.map((retrier) => ({ ...retrier, MaxAttempts: 1 }))],
  };
  return {
    ...state,
    MaxConcurrency: EXPRESS_PUTS,
    ItemProcessor: { ...processor, States: { ...processor.States, PutObject } },
  };
}

/** A choice of waits, off the way that goes well. */
function settlesHere(): StateDefinition {
  return {
    Type: 'Choice',
    Comment:
      'Puts that S3 has answered are waited for here; for a function that may run on the Standard lane waits.',
    Choices: [
      { Condition: `{% $secondsToSettle <= ${SETTLE_SECONDS.answered} %}`, Next: 'LetRequestsExpire' },
    ],
    Assign: { at: "{% false in $puts.put ? 'PutObjects' : 'LetRequestsExpire' %}" },
    Default: HAND_OVER,
  };
}

/** What it has put settles before it is deleted; it goes on with nothing. */
function anythingPut(state: StateDefinition): StateDefinition {
  const own = (state.Choices ?? []).filter(({ Next }) => Next !== RESUME);
  return { ...state, Choices: own.map((choice) => settlingHere(choice)) };
}

/** Once: a write that gets no definite answer is in doubt, and so is one that DynamoDB throttles time and again. */
function write(name: string, state: StateDefinition, undone: string): StateDefinition {
  const { Catch = [], Retry = [], Arguments } = state;
  const isLate = `$toMillis($now()) - $toMillis($states.context.Execution.StartTime) > ${EXPRESS_PATIENCE_SECONDS * 1000}`;
  const throttles = `{% $throttles + (${isLate} ? ${MAX_THROTTLES} : ${MAX_THROTTLES - EXPRESS_THROTTLES}) %}`;
  const conflict = {
    ErrorEquals: ['WriteConflict'],
    Assign: { failure: { name: 'Conflict', cause: CONFLICT } },
    Next: undone,
  };
  const kept = Catch.filter(
    ({ ErrorEquals }) => !['NotWritten', 'OutcomeUnknown'].includes(ErrorEquals[0] ?? ''),
  );
  return {
    ...state,
    Arguments: withPayload(Arguments, { throttles }),
    Retry: Retry.filter(isNever),
    Catch: [
      ...kept.map((each) => (each.ErrorEquals.includes('WriteConflict') ? conflict : settlingHere(each))),
      handOverAt(name),
    ],
  };
}

const CONFLICT = JSON.stringify({
  message: 'another writer has changed the item since it was read',
  plans: 1,
});

function settlingHere<Way extends { readonly Next: string }>(way: Way): Way {
  return way.Next === 'LetRequestsExpire' ? { ...way, Next: SETTLES_HERE } : way;
}

/** What it fails at is left to the Standard lane, or to the bucket's lifecycle. */
function once(state: StateDefinition, TimeoutSeconds: number): StateDefinition {
  return { ...state, TimeoutSeconds, Retry: (state.Retry ?? []).filter(isNever) };
}

/** Twice at most, with little patience. */
function hurried(state: StateDefinition, TimeoutSeconds: number): StateDefinition {
  const Retry = (state.Retry ?? []).map((each) => (isNever(each) ? each : { ...each, MaxAttempts: 1 }));
  return { ...state, TimeoutSeconds, Retry };
}

function withPayload(given: StateDefinition['Arguments'], fields: object): StateDefinition['Arguments'] {
  return { ...given, Payload: { ...(given?.Payload as object), ...fields } };
}

function isNever({ MaxAttempts }: Retrier): boolean {
  return MaxAttempts === 0;
}

function handOverAt(at: string): Catcher {
  return { ErrorEquals: ['States.ALL'], Assign: { at }, Next: HAND_OVER };
}

/** A run's name, in `{operation}.{name}.{start}`, is `x.{id}.{nonce}`: what goes on with it is named by the id alone, so that it is started once. */
const CONTINUED_NAME = "'x-' & $split($plan.run, '.')[2]";

function known(variable: string, otherwise: string): string {
  return `$exists($${variable}) ? $${variable} : ${otherwise}`;
}

function handOver(): StateDefinition {
  const continues = [
    "'at': $at",
    "'plan': $plan",
    `'writeStartedAt': ${known('writeStartedAt', '$now()')}`,
    `'plannedAt': ${known('plannedAt', '$now()')}`,
    `'puts': ${known('puts', '[]')}`,
    `'secondsToSettle': ${known('secondsToSettle', '0')}`,
    `'failure': ${known('failure', 'null')}`,
  ];
  return {
    Type: 'Task',
    Comment:
      'In doubt, or stuck: a Standard execution goes on from this state, with the plan of this run, and treats it as redriven.',
    Resource: 'arn:aws:states:::states:startExecution',
    Arguments: {
      StateMachineArn: STANDARD,
      Name: `{% ${CONTINUED_NAME} %}`,
      Input: `{% $merge([$states.context.Execution.Input, {'continues': {${continues.join(', ')}}}]) %}`,
    },
    TimeoutSeconds: EXPRESS_TASK_SECONDS.handOver,
    Retry: [
      { ErrorEquals: [...TAKEN, 'States.DataLimitExceeded', 'States.QueryEvaluationError'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 2 },
    ],
    // By the hand-over of this run whose answer was lost, or by whoever settles it.
    Catch: [{ ErrorEquals: TAKEN, Next: HANDED_OVER }],
    Output: {},
    Next: HANDED_OVER,
  };
}

function handedOver(): StateDefinition {
  const executions = `$replace('${STANDARD}', ':stateMachine:', ':execution:')`;
  return {
    Type: 'Fail',
    Comment:
      'Neither written nor refused: what becomes of this run, the Standard execution tells that goes on with it.',
    Error: 'Continued',
    Cause: `{% $string({'message': 'goes on as a Standard execution', 'executionArn': ${executions} & ':' & ${CONTINUED_NAME}, 'run': $plan.run}) %}`,
  };
}

/** The states that the first one leads to. */
function reachable(start: string, states: States): States {
  const found = new Set([start]);
  for (const name of found) {
    const { Next, Default, Choices = [], Catch = [] } = states[name] ?? { Type: '' };
    const ways = [Next, Default, ...[...Choices, ...Catch].map((way) => way.Next)];
    for (const way of ways) if (way !== undefined) found.add(way);
  }
  return Object.fromEntries(Object.entries(states).filter(([name]) => found.has(name)));
}
