// Sending an event to a function or a state machine.

import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Gate } from '../gate.ts';
import type { LocalRequest } from '../service.ts';
import type { RuleTarget } from './rules.ts';

/** What a target of a rule may be, by the service in its ARN. */
export function isSupported(arn: string): boolean {
  return serviceOf(arn) === 'lambda' || (serviceOf(arn) === 'states' && arn.includes(':stateMachine:'));
}

function serviceOf(arn: string): string | undefined {
  return arn.split(':')[2];
}

/**
 * Starts a state machine in the target's role, or invokes a function, which Lambda lets the bus do, without waiting for it.
 * @throws {Error} telling what refused it
 */
export async function send(
  dispatch: Gate['dispatch'],
  { arn, roleArn }: Pick<RuleTarget, 'arn' | 'roleArn'>,
  input: string,
): Promise<void> {
  const service = serviceOf(arn) === 'lambda' ? 'lambda' : 'states';
  const request = service === 'lambda' ? invocation(arn, input) : start(arn, input);
  const caller = roleArn === undefined ? {} : { caller: { roleArn, sessionName: 'events' } };
  const { status, body } = await dispatch(service, { ...request, ...(service === 'states' && caller) });
  const answer = body instanceof Readable ? await text(body) : String(body ?? '');
  if (status >= 300) throw new Error(answer);
}

function invocation(functionArn: string, input: string): LocalRequest {
  return {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
    query: new URLSearchParams(),
    headers: { 'x-amz-invocation-type': 'Event', 'content-length': String(Buffer.byteLength(input)) },
    body: Readable.from([Buffer.from(input)]),
  };
}

function start(stateMachineArn: string, input: string): LocalRequest {
  const body = JSON.stringify({ stateMachineArn, input });
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {
      'x-amz-target': 'AWSStepFunctions.StartExecution',
      'content-length': String(Buffer.byteLength(body)),
    },
    body: Readable.from([Buffer.from(body)]),
  };
}
