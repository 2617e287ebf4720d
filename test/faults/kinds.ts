// The ways in which a call can fail, by service: the columns of the sweep's table.

import type { FaultInput } from '../../local/index.ts';

/** Services whose calls the sweep makes fail: of Step Functions' the starts of executions in the Express lane. */
export type SweptService = 's3' | 'dynamodb' | 'lambda' | 'states';

type Failure = Pick<FaultInput, 'when' | 'error' | 'status' | 'lateSeconds'>;

export interface Kind {
  readonly name: string;
  /** What it stands for, in the words of the table's legend. */
  readonly meaning: string;
  /** Whether it is tried in the first scenario only that makes a call: the saga sees what `before` or `after` shows it. */
  readonly onceALabel?: true;
  /** Missing where the service cannot fail so. */
  readonly of: Partial<Record<SweptService, Failure>>;
}

/** Within a request's life of 15 seconds, and in a function's few; a function that runs on lands its own calls after that. */
const LATE_SECONDS = 10;
const LATE_FUNCTION_SECONDS = 5;

const FAILED: Readonly<Record<SweptService, Pick<Failure, 'error' | 'status'>>> = {
  s3: { error: 'InternalError', status: 500 },
  dynamodb: { error: 'InternalServerError', status: 500 },
  lambda: { error: 'ServiceException' },
  states: { error: 'InternalServerException', status: 500 },
};

function everywhere(failure: Pick<Failure, 'when'> & Partial<Failure>): Kind['of'] {
  return {
    s3: { ...FAILED.s3, ...failure },
    dynamodb: { ...FAILED.dynamodb, ...failure },
    lambda: { ...FAILED.lambda, ...failure },
    states: { ...FAILED.states, ...failure },
  };
}

export const KINDS: readonly Kind[] = [
  {
    name: 'refused',
    meaning: 'access is denied',
    of: {
      s3: { when: 'before', error: 'AccessDenied', status: 403 },
      dynamodb: { when: 'before', error: 'AccessDeniedException', status: 400 },
      lambda: { when: 'before', error: 'AccessDeniedException' },
      states: { when: 'before', error: 'AccessDeniedException', status: 400 },
    },
  },
  {
    name: 'throttled',
    meaning: 'not done, and so answered',
    of: {
      s3: { when: 'before', error: 'SlowDown', status: 503 },
      dynamodb: { when: 'before', error: 'ThrottlingException', status: 400 },
      lambda: { when: 'before', error: 'TooManyRequestsException' },
      states: { when: 'before', error: 'ThrottlingException', status: 400 },
    },
  },
  { name: 'before', meaning: 'not done, answered with a 500', of: everywhere({ when: 'before' }) },
  { name: 'after', meaning: 'done, answered with a 500', of: everywhere({ when: 'after' }) },
  {
    name: 'late',
    meaning: `answered with a 500 at once, done ${LATE_SECONDS} s later (a function: ${LATE_FUNCTION_SECONDS} s)`,
    of: {
      ...everywhere({ when: 'late', lateSeconds: LATE_SECONDS }),
      lambda: { ...FAILED.lambda, when: 'late', lateSeconds: LATE_FUNCTION_SECONDS },
    },
  },
  {
    name: 'reset',
    onceALabel: true,
    meaning: 'not done, the connection breaks',
    of: everywhere({ when: 'before', error: 'ECONNRESET' }),
  },
  {
    name: 'reset after',
    onceALabel: true,
    meaning: 'done, the connection breaks',
    of: everywhere({ when: 'after', error: 'ECONNRESET' }),
  },
  {
    name: 'crash',
    onceALabel: true,
    meaning: "the function's process ends before it does anything",
    of: { lambda: { when: 'before', error: 'Runtime.ExitError' } },
  },
  {
    name: 'crash after',
    onceALabel: true,
    meaning: "the function's process ends when all is done",
    of: { lambda: { when: 'after', error: 'Runtime.ExitError' } },
  },
  {
    name: 'time-out after',
    onceALabel: true,
    meaning: 'Lambda ends the function when all is done',
    of: { lambda: { when: 'after', error: 'Sandbox.Timedout' } },
  },
  {
    name: 'silent',
    onceALabel: true,
    meaning: 'not done, and never answered',
    of: everywhere({ when: 'before', error: 'NoAnswer' }),
  },
  {
    name: 'silent after',
    onceALabel: true,
    meaning: 'done, and never answered',
    of: everywhere({ when: 'after', error: 'NoAnswer' }),
  },
];

/** Whether callers wait for their own, real, time-outs. */
export function isSilent({ name }: Kind): boolean {
  return name.startsWith('silent');
}
