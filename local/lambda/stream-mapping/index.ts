// Event source mappings: functions that consume the streams of tables. A stream is one shard here, and a mapping has one
// batch under way at a time, so that a function sees the changes of a table in order.

import { call } from '../../calls.ts';
import type { Clock } from '../../clock.ts';
import type { ChangeRecord, DynamoDb } from '../../dynamodb/index.ts';
import type { Gate } from '../../gate.ts';
import type { MetricName } from '../../monitoring/types.ts';
import type { Refusal, RoleSession } from '../../service.ts';
import { filterOf, findTarget, type Target } from '../mapping.ts';
import { invokeWith, reportDiscarded } from './calls.ts';
import { openCursor, type StreamCursor, tableOf } from './cursor.ts';
import { type Delivery, type Discarded, deliver } from './delivery.ts';
import type { StreamMappingDefinition } from './types.ts';

export type { StreamMappingDefinition } from './types.ts';

export interface StreamMappings {
  /**
   * Begins to deliver a stream, unless the mapping is disabled.
   * @throws {Error} when the function or the stream is not there, the function's role may not read the stream, or a
   *   filter is not understood
   */
  create(definition: StreamMappingDefinition): Promise<void>;
  /** Ends the deliveries; what an invocation that is under way answers is not waited for. */
  close(): Promise<void>;
}

export interface StreamMappingsOptions {
  readonly clock: Clock;
  readonly dynamodb: Pick<DynamoDb, 'records' | 'onChange'>;
  readonly dispatch: Gate['dispatch'];
  /** What a role may not do; absent: it is not checked. */
  readonly refusalOf?: ((session: RoleSession) => Refusal) | undefined;
  /** Told of records that were given up. */
  readonly onLog?: ((functionName: string, line: string) => void) | undefined;
  /** Told of what CloudWatch counts of deliveries. */
  readonly onMetric?: ((metric: MetricName, value: number) => void) | undefined;
  /** Told of defects: what a delivery threw without meaning to. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export function createStreamMappings(options: StreamMappingsOptions): StreamMappings {
  const { clock, dynamodb, dispatch } = options;
  const closing = new AbortController();
  const running: Promise<void>[] = [];

  const deliveryOf = (definition: StreamMappingDefinition, target: Target): Delivery => ({
    definition,
    clock,
    closing: closing.signal,
    invoke: (records) => {
      measureAge(options, target, records);
      return unlessAborted(
        closing.signal,
        invokeWith(dispatch, definition.functionName, records, definition.reportsItemFailures),
      );
    },
    discard: (discarded) => giveUp(options, definition, target, discarded),
  });

  return {
    async create(definition) {
      const matches = filterOf(definition.filters);
      const target = await findTarget(dispatch, definition.functionName);
      await assertStream(dispatch, definition.streamArn);
      assertReadable(definition.streamArn, target, options.refusalOf);
      if (!definition.enabled) return;
      const { streamArn, batchSize, startingPosition: from } = definition;
      const cursor = openCursor({ dynamodb, streamArn, matches, batchSize, from });
      const consumed = consume(cursor, deliveryOf(definition, target)).finally(cursor.close);
      running.push(
        consumed.catch((error: unknown) => {
          if (!closing.signal.aborted) options.onError?.(error);
        }),
      );
    },
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all(running);
    },
  };
}

/** @throws the signal's reason when the cloud stops; this is its only end */
async function consume(cursor: StreamCursor, delivery: Delivery): Promise<never> {
  for (;;) {
    while (cursor.waiting().records.length === 0) await cursor.changed(delivery.closing);
    await fillBatch(cursor, delivery);
    const { records } = cursor.waiting();
    const last = records.at(-1);
    if (!last) continue;
    await deliver(records, delivery);
    cursor.pass(last);
  }
}

/** Waits until a batch is full, or the batching window is over. */
async function fillBatch(cursor: StreamCursor, { definition, clock, closing }: Delivery): Promise<void> {
  if (definition.batchingWindowSeconds === 0) return;
  const over = new AbortController();
  const end = (): void => over.abort();
  closing.addEventListener('abort', end, { once: true });
  const elapsed = clock.sleep(definition.batchingWindowSeconds * 1000, over.signal).then(end, end);
  while (!over.signal.aborted && !cursor.waiting().full) {
    // It rejects when the window is over, which the loop sees by itself.
    await cursor.changed(over.signal).catch(() => undefined);
  }
  end();
  await elapsed;
  closing.removeEventListener('abort', end);
  closing.throwIfAborted();
}

/** The age of the last record of a batch. */
function measureAge(
  { clock, onMetric }: StreamMappingsOptions,
  { functionName }: Target,
  records: readonly ChangeRecord[],
): void {
  const at = records.at(-1)?.dynamodb.ApproximateCreationDateTime;
  if (at === undefined) return;
  const dimensions = { FunctionName: functionName };
  onMetric?.({ namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions }, clock.now() - at * 1000);
}

async function giveUp(
  { dispatch, clock, onLog, onMetric }: StreamMappingsOptions,
  { uuid, streamArn, failureBucket: bucket, countsEvents = false }: StreamMappingDefinition,
  { functionName, functionArn, session: caller }: Target,
  discarded: Discarded,
): Promise<void> {
  const { condition, records } = discarded;
  onLog?.(functionName, `Event source mapping ${uuid}: ${condition}, ${records.length} record(s) given up`);
  const count = (name: string): void => {
    if (!countsEvents) return;
    const dimensions = { EventSourceMappingUUID: uuid };
    onMetric?.({ namespace: 'AWS/Lambda', name, dimensions }, records.length);
  };
  if (bucket === undefined) return count('DroppedEventCount');
  const destination = { bucket, uuid, functionArn, streamArn, caller };
  await reportDiscarded(dispatch, destination, discarded, clock.now()).then(
    () => count('OnFailureDestinationDeliveredEventCount'),
    (error: Error) => {
      // As on AWS, the stream goes on without the report.
      onLog?.(functionName, `Event source mapping ${uuid}: ${bucket} was not told: ${error.message}`);
      count('DroppedEventCount');
    },
  );
}

async function assertStream(dispatch: Gate['dispatch'], streamArn: string): Promise<void> {
  const headers = { 'x-amz-target': 'DynamoDB_20120810.DescribeTable' };
  const input = JSON.stringify({ TableName: tableOf(streamArn) });
  const { body } = await call(dispatch, 'dynamodb', { method: 'POST', path: '/', headers }, input);
  const { Table } = JSON.parse(body) as {
    Table?: { LatestStreamArn?: string; StreamSpecification?: object };
  };
  if (Table?.StreamSpecification && Table.LatestStreamArn === streamArn) return;
  throw new Error(`EventSourceArn: Stream not found: ${streamArn}`);
}

const READING = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'];

/** AWS checks this when the mapping is created, in these words. */
function assertReadable(
  streamArn: string,
  { session }: Target,
  refusalOf: StreamMappingsOptions['refusalOf'],
): void {
  const refusal = session && refusalOf?.(session);
  const refused = READING.find((action) => refusal?.(`dynamodb:${action}`, streamArn));
  if (refused === undefined) return;
  throw new Error(
    `Cannot access stream ${streamArn}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
      `DescribeStream, and ListStreams Actions on your stream in IAM (dynamodb:${refused} is missing).`,
  );
}

/** The result, or the signal's reason if that comes first. */
function unlessAborted<Result>(signal: AbortSignal, result: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
