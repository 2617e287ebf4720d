// Carries out a call, whoever makes it.

import type { Model } from '../model/model.ts';
import type { Call, State } from '../state/state.ts';
import * as bucket from './bucket.ts';
import { describeExecution, startExecution } from './executions.ts';
import type { Performed } from './performed.ts';
import * as table from './table.ts';

/** @param owner - index of the run whose call it is; of others none */
export function perform(
  model: Model,
  state: State,
  owner: number | undefined,
  { name, input: given }: Pick<Call, 'name' | 'input'>,
): Performed {
  // Each operation has the input that the product's code gives it: the SDK's types have checked that.
  const input = given as never;
  switch (name) {
    case 'GetItem':
      return table.getItem(model, state, input);
    case 'BatchGetItem':
      return table.batchGetItem(state, input);
    case 'Scan':
    case 'Query':
      return table.scan(state, input);
    case 'TransactWriteItems':
      if (owner === undefined) throw new Error('an item is written by runs alone');
      return table.transactWrite(model, state, owner, input);
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return table.writeItem(model, state, owner ?? 0, { [name.replace('Item', '')]: input });
    case 'HeadObject':
      return bucket.headObject(model, state, input);
    case 'GetObject':
      return bucket.getObject(state, input);
    case 'PutObject':
      return bucket.putObject(model, state, input);
    case 'CopyObject':
      return bucket.copyObject(state, input);
    case 'DeleteObject':
      return bucket.deleteObjects(model, state, input, [(input as { Key: string }).Key]);
    case 'DeleteObjects':
      return bucket.deleteObjects(model, state, input, bucket.keysToDelete(input));
    case 'ListObjectsV2':
      return bucket.listObjects(state, input);
    case 'ListMultipartUploads':
      return bucket.listUploads(state, input);
    case 'CreateMultipartUpload':
      return bucket.createUpload(state, input);
    case 'UploadPartCopy':
      return bucket.copyPart(state, input);
    case 'ListParts':
      return bucket.listParts(state, input);
    case 'CompleteMultipartUpload':
      return bucket.completeUpload(state, input);
    case 'AbortMultipartUpload':
      return bucket.abortUpload(state, input);
    case 'DescribeExecution':
      return describeExecution(model, state, input);
    case 'GetExecutionHistory':
      // Where a run is stuck is told to people alone.
      return { state, answer: { ok: { events: [] } } };
    case 'StartExecution':
      return startExecution(model, state, owner, input);
    default:
      throw new Error(`the explorer's world knows no ${name}`);
  }
}

/** Whether a call changes anything. */
export function isWrite({ name }: Pick<Call, 'name'>): boolean {
  return /^(Put|Copy|Delete|Transact|Create|Complete|Abort|Upload|Start)/.test(name);
}

/** `ok`, or the error's name. */
export function outcomeText({ answer }: Performed): string {
  if ('ok' in answer) return 'ok';
  return answer.error.reasons?.[0]?.Code ?? answer.error.name;
}
