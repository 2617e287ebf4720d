// Faults of single calls, as the local cloud's fault API has them.

/** A fault of one call, as the local cloud's fault API has it. */
export interface CallFault {
  readonly service: 's3' | 'dynamodb';
  readonly operation: string;
  readonly when: 'before' | 'after';
  readonly error: string;
  readonly status: number;
  readonly match?: string;
  /** Calls of the same kind that pass before. */
  readonly skip: number;
}

/** @param calls - those of the same run that were made before, since it last stood still */
export function faultOf(
  calls: readonly string[],
  call: string,
  when: CallFault['when'],
  error: string,
  status: number,
): CallFault {
  const [, name = '', attribute] = /^(\w+)(?:\((\w+)\/)?/.exec(call) ?? [];
  const isTransaction = name === 'Transact';
  const isOfOne = attribute !== undefined && !isTransaction && name !== 'DeleteObjects';
  return {
    service: isTransaction || name === 'GetItem' ? 'dynamodb' : 's3',
    operation: isTransaction ? 'TransactWriteItems' : name,
    when,
    error,
    status,
    ...(isOfOne && { match: `attr=${attribute}/` }),
    skip: calls.filter((one) => one === call).length,
  };
}
