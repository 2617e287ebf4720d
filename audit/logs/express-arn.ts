// The ARNs of Express executions: `arn:aws:states:{region}:{account}:express:{machine}:{name}:{uuid}`. A name may run more than
// once, at once too; the UUID is Step Functions' own.

import type { StoreDescriptor } from '../../core/contract/store.ts';
import { OPERATIONS, type Operation } from '../../core/keys/run.ts';

export interface ExpressExecution {
  readonly operation: Operation;
  readonly name: string;
}

/** Which of the store's Express executions an ARN is of; undefined when of none. */
export function expressExecution(
  arn: string,
  { express }: Pick<StoreDescriptor, 'express'>,
): ExpressExecution | undefined {
  if (express === undefined) return undefined;
  for (const operation of OPERATIONS) {
    const start = `${express.stateMachines[operation].replace(':stateMachine:', ':express:')}:`;
    const [name = '', ...rest] = arn.startsWith(start) ? arn.slice(start.length).split(':') : [];
    if (name !== '' && rest.length === 1) return { operation, name };
  }
  return undefined;
}

/** Whether an ARN is an Express execution's, whosever. */
export function isExpressArn(arn: string): boolean {
  return /^arn:[\w-]+:states:[\w-]*:\d*:express:/.test(arn);
}
