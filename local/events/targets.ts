// Sending an event to a function, a state machine or a queue.

import { type Answer, call } from '../calls.ts';
import type { Gate } from '../gate.ts';
import type { RuleTarget } from './rules.ts';

/** What a target of a rule may be, by the service in its ARN. */
export function isSupported(arn: string): boolean {
  const service = serviceOf(arn);
  return (
    service === 'lambda' ||
    (service === 'states' && arn.includes(':stateMachine:')) ||
    (service === 'sqs' && !arn.endsWith('.fifo'))
  );
}

function serviceOf(arn: string): string | undefined {
  return arn.split(':')[2];
}

/**
 * Starts a state machine in the target's role; invokes a function, without waiting for it, or sends it to a queue: both have
 * policies of their own that let the bus and buckets do so.
 * @throws {Error} telling what refused it
 */
export async function send(
  dispatch: Gate['dispatch'],
  { arn, roleArn }: Pick<RuleTarget, 'arn' | 'roleArn'>,
  input: string,
): Promise<void> {
  const { status, body } = await sent(dispatch, { arn, roleArn }, input);
  if (status >= 300) throw new Error(body);
}

function sent(
  dispatch: Gate['dispatch'],
  { arn, roleArn }: Pick<RuleTarget, 'arn' | 'roleArn'>,
  input: string,
): Promise<Answer> {
  switch (serviceOf(arn)) {
    case 'lambda':
      return call(dispatch, 'lambda', invocation(arn), input);
    case 'sqs':
      return call(dispatch, 'sqs', SEND, JSON.stringify({ QueueUrl: queueName(arn), MessageBody: input }));
    default: {
      const caller = roleArn === undefined ? undefined : { roleArn, sessionName: 'events' };
      const start = { ...START, ...(caller && { caller }) };
      return call(dispatch, 'states', start, JSON.stringify({ stateMachineArn: arn, input }));
    }
  }
}

function queueName(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

const SEND = {
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': 'AmazonSQS.SendMessage' },
} as const;

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
