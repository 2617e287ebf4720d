// Why a saga ends without its write. A name stands for one reason; Retry and Catch match it, callers switch on it.

/** Reasons found by planning, before this plan wrote anything. */
export const PLAN_ERRORS = [
  'InvalidInput',
  'AlreadyExists',
  'NotFound',
  'VersionMismatch',
  'Conflict',
] as const;

/** Reasons why an object cannot be put, however often it is tried. */
export const PUT_ERRORS = ['ContentMismatch', 'StagedObjectMissing', 'PutRefused'] as const;

/** S3 has not put the object, for now: worth another attempt soon, since nothing of this one lasts longer than a request. */
export const PUT_UNAVAILABLE = 'PutUnavailable';

/** No failure: a large copy has come so far, and goes on from there when the task is tried again. */
export const PUT_PROGRESS = 'CopyUnfinished';

/**
 * Answers to the item's write. `WriteConflict`, `ConditionFailed` and `WriteRefused` are definite: not written. `NotWritten`
 * is what a read found long after, or what settling an Express run has proved. `WriteThrottled` is definite too: no earlier attempt is in doubt, and another may be made
 * soon. `WriteInDoubt` may have been written.
 */
export const WRITE_ERRORS = [
  'WriteConflict',
  'NotWritten',
  'ConditionFailed',
  'WriteRefused',
  'WriteThrottled',
  'WriteInDoubt',
  'OutcomeUnknown',
] as const;

/**
 * What the task of the write says before it does anything, where the state machine has no choice before it: which way the
 * saga takes. No failures: `PutsUnsettled` and `PutFailed` are about puts that are told already, `ObjectsToReplace` leads to the
 * write of a put, `NoItem` is a delete's success.
 */
export const BRANCH_ERRORS = ['PutsUnsettled', 'PutFailed', 'ObjectsToReplace', 'NoItem'] as const;

/** What the plan says in place of one, of an execution that goes on with an Express run, or settles it (docs/lanes.md). */
export const LANE_ERRORS = ['Continues', 'Settles'] as const;

const WAYS: readonly string[] = [...BRANCH_ERRORS, ...LANE_ERRORS];

/** Whether an error says which way the saga takes: nothing has failed there. */
export function isWay(error: string): boolean {
  return WAYS.includes(error);
}

/** Answers to deleting objects: some could not be deleted; one that should be is still referenced by the item. */
export const DELETE_ERRORS = ['DeleteFailed', 'StillReferenced'] as const;

/** Errors that tasks end with: answers, by which a saga takes its way. */
export const TASK_ERRORS = [
  ...PLAN_ERRORS,
  ...LANE_ERRORS,
  ...PUT_ERRORS,
  PUT_UNAVAILABLE,
  PUT_PROGRESS,
  ...BRANCH_ERRORS,
  ...WRITE_ERRORS,
  ...DELETE_ERRORS,
] as const;

/** The names of errors that tasks end with. */
export type SagaErrorName = (typeof TASK_ERRORS)[number];

/** What a failed execution's `cause` holds, as JSON text. */
export interface Cause {
  /** One sentence for a person. */
  readonly message: string;
  /** The input field that is at fault, as a path: `largeAttributes.page.base64`. */
  readonly field?: string;
  /** The value found there, shortened when long. */
  readonly value?: unknown;
  readonly [detail: string]: unknown;
}

/** A saga's reason to stop, thrown by the rules in this folder and by the tasks. */
export class SagaError extends Error {
  override readonly name: SagaErrorName;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(name: SagaErrorName, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.details = details;
  }

  get reason(): Cause {
    return { message: this.message, ...this.details };
  }
}

const SHOWN_OBJECTS = 10;

/** Object keys as a cause's details name them: the first few, and how many there are. */
export function someOf(objectKeys: readonly string[]): {
  readonly objectCount: number;
  readonly objects: readonly string[];
} {
  return { objectCount: objectKeys.length, objects: objectKeys.slice(0, SHOWN_OBJECTS) };
}

/** The error for input that names the field and the value that are wrong. */
export function invalidInput(field: string, value: unknown, problem: string): SagaError {
  const path = shorten(field, FIELD_CHARACTERS);
  const shown = abbreviate(value);
  const found = shown === undefined ? '' : `, got ${JSON.stringify(shown)}`;
  return new SagaError('InvalidInput', `${path}: ${problem}${found}`, { field: path, value: shown });
}

const VALUE_CHARACTERS = 100;
/** Names in an input may be as long as the input itself; those that DynamoDB takes stay whole. */
const FIELD_CHARACTERS = 400;

/** The value, or the start of its JSON text when that is long: causes are limited to 32,768 characters. */
function abbreviate(value: unknown): unknown {
  const text = typeof value === 'string' ? value : jsonOf(value);
  if (text === undefined) return '(a value that JSON has no text for)';
  return text.length <= VALUE_CHARACTERS ? value : shorten(text, VALUE_CHARACTERS);
}

/** Undefined for what is nested deeper than the stack, circular, or holds what JSON does not know. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return undefined; // a message must come about whatever it is about
  }
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}
