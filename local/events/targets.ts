// Sending an event to a function or a state machine.

import { call } from '../calls.ts';
import type { Gate } from '../gate.ts';
import type { RuleTarget } from './rules.ts';

/** What a target of a rule may be, by the service in its ARN. */
export function isSupported(arn: string): boolean {
  return serviceOf(arn) === 'lambda' || (serviceOf(arn) === 'states' && arn.includes(':stateMachine:'));
}

function serviceOf(arn: string): string | undefined {
  return arn.split(':')[2];
}

/**
 * Starts a state machine, or invokes a function without waiting for it: in the target's role if it has one. Without, Lambda lets
 * the bus do it.
 * @throws {Error} telling what refused it
 */
export async function send(
  dispatch: Gate['dispatch'],
  { arn, roleArn }: Pick<RuleTarget, 'arn' | 'roleArn'>,
  input: string,
): Promise<void> {
  const caller = roleArn !== undefined && { caller: { roleArn, sessionName: 'events' } };
  const { status, body } =
    serviceOf(arn) === 'lambda'
      ? await call(dispatch, 'lambda', { ...invocation(arn), ...caller }, input)
      : await call(
          dispatch,
          'states',
          { ...START, ...caller },
          JSON.stringify({ stateMachineArn: arn, input }),
        );
  if (status >= 300) throw new Error(body);
}

const START = {
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
} as const;

function invocation(functionArn: string) {
  return {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
    headers: { 'x-amz-invocation-type': 'Event' },
  };
}
