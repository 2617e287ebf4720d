// What an execution runs as and within: its role's session, its context object, its time.

import type { RoleSession } from '../service.ts';
import type { Execution } from './execution.ts';
import type { Json, JsonObject } from './json.ts';
import { MAX_EXPRESS_SECONDS } from './limits.ts';

/** Characters of a session's name (STS, AssumeRole). */
const MAX_SESSION_NAME = 64;

/** In seconds; undefined where there is none. */
export function timeLimit({ express, revision }: Execution): number | undefined {
  const { timeoutSeconds } = revision.machine;
  return express ? Math.min(timeoutSeconds ?? MAX_EXPRESS_SECONDS, MAX_EXPRESS_SECONDS) : timeoutSeconds;
}

/** The role's session; on AWS its name is random, here it tells whose it is. */
export function callerOf({ revision, name }: Execution): RoleSession {
  return { roleArn: revision.roleArn, sessionName: name.slice(0, MAX_SESSION_NAME) };
}

/** `Execution` and `StateMachine` of `$states.context`. */
export function contextOf(execution: Execution, input: Json): JsonObject {
  const { revision } = execution;
  return {
    Execution: {
      Id: execution.arn,
      Input: input,
      Name: execution.name,
      RoleArn: revision.roleArn,
      StartTime: new Date(execution.startedAt).toISOString(),
      // Recorded: one whose starter waits for it has none.
      ...(execution.express !== 'SYNC' && { RedriveCount: execution.redriveCount }),
      ...(execution.redrivenAt !== undefined && {
        RedriveTime: new Date(execution.redrivenAt).toISOString(),
      }),
    },
    StateMachine: { Id: revision.arn, Name: revision.name },
  };
}
