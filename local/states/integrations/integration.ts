// What a Task state can call: one integration a Resource.

import type { LocalRequest, LocalResponse, ServiceName } from '../../service.ts';
import type { Json, JsonObject } from '../json.ts';

/** Calls another service of the local cloud. */
export type Dispatch = (service: ServiceName, request: LocalRequest) => Promise<LocalResponse>;

export interface Integration {
  /** Which events a task writes: a Lambda ARN as Resource has events of its own. */
  readonly events: 'Task' | 'LambdaFunction';
  /** As events name it: `invoke`, or the function's ARN. */
  readonly resource: string;
  /** As events name it: `lambda`. */
  readonly resourceType: string;
  /** Arguments that a call cannot do without, and all that it knows; undefined where any JSON will do. */
  readonly parameters: ParameterRules | undefined;
  /**
   * Performs one call.
   * @throws {TaskError} with the error name and cause that the task fails with
   */
  perform(input: Json, dispatch: Dispatch): Promise<Json>;
  /** What the task waits for once its call was answered; absent: nothing. */
  readonly waitsFor?: 'callback' | Job;
}

/** What a call has begun, and the task waits for. */
interface Job {
  /**
   * Waits for the end, given the call's result. @returns the task's result
   * @throws {TaskError} when it ended otherwise than well
   */
  finish(submitted: Json, jobs: Jobs, dispatch: Dispatch): Promise<Json>;
  /** Ends it, since nobody waits for it any more. */
  stop(submitted: Json, dispatch: Dispatch): Promise<void>;
}

/** Tells of what goes on outside of an execution. */
export interface Jobs {
  /** Resolves once the execution has ended, however it did. */
  executionEnded(arn: string): Promise<void>;
}

export interface ParameterRules {
  readonly required: readonly string[];
  /** Undefined where the service itself checks the names. */
  readonly known: readonly string[] | undefined;
}

/** A task failed; retriers and catchers match `error`. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/** Why a call cannot be made with these arguments, in AWS's words; undefined if it can. */
export function parameterProblem(rules: ParameterRules | undefined, input: Json): string | undefined {
  if (rules === undefined) return undefined;
  const given: JsonObject = typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {};
  const missing = rules.required.find((name) => !Object.hasOwn(given, name));
  if (missing !== undefined) return `The field '${missing}' is required but was missing`;
  const unknown = Object.keys(given).find((name) => rules.known !== undefined && !rules.known.includes(name));
  return unknown === undefined ? undefined : `The field '${unknown}' is not supported by Step Functions`;
}
