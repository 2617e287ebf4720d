// Sending an event to a function, a state machine or a queue.

import { type Answer, call } from '../calls.ts';
import type { Gate } from '../gate.ts';
import type { RoleSession } from '../service.ts';
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
  const caller = roleArn === undefined ? undefined : { roleArn, sessionName: 'events' };
  await sent(dispatch, arn, input, serviceOf(arn) === 'states' ? caller : undefined);
}

/** The same for EventBridge Scheduler, which does all of it in the target's role. */
export async function sendAs(
  dispatch: Gate['dispatch'],
  { arn, roleArn }: { readonly arn: string; readonly roleArn: string },
  input: string,
): Promise<void> {
  await sent(dispatch, arn, input, { roleArn, sessionName: 'scheduler' });
}

async function sent(
  dispatch: Gate['dispatch'],
  arn: string,
  input: string,
  caller: RoleSession | undefined,
): Promise<void> {
  const { status, body } = await answerOf(dispatch, arn, input, caller && { caller });
  if (status >= 300) throw new Error(body);
}

function answerOf(
  dispatch: Gate['dispatch'],
  arn: string,
  input: string,
  as: { readonly caller: RoleSession } | undefined,
): Promise<Answer> {
  switch (serviceOf(arn)) {
    case 'lambda':
      return call(dispatch, 'lambda', { ...invocation(arn), ...as }, input);
    case 'sqs': {
      const message = { QueueUrl: queueName(arn), MessageBody: input };
      return call(dispatch, 'sqs', { ...SEND, ...as }, JSON.stringify(message));
    }
    default: {
      const start = { stateMachineArn: arn, input };
      return call(dispatch, 'states', { ...START, ...as }, JSON.stringify(start));
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
