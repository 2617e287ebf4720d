// The client: creates, updates, deletes and reads items with large attributes.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../core/contract/store-types.ts';
import type { Operation } from '../core/keys/run.ts';
import { batchOf } from './batch/batch.ts';
import type { Batch, BatchOptions, VersionOnly, VersionResult } from './batch/batch-types.ts';
import type { Source } from './batch/each.ts';
import { copyOf } from './content/copy.ts';
import type { AnyDocument, Document, KeyOf, LargeNames, Names } from './document.ts';
import { asRejected } from './errors/rejected.ts';
import type {
  CreateInput,
  DeleteInput,
  ExpressRun,
  Lane,
  LaneChoice,
  Outcome,
  OutcomeOptions,
  PutInput,
  UpdateInput,
  WaitChoice,
  WriteOptions,
  WriteResult,
} from './inputs.ts';
import { getMany } from './many/get-many.ts';
import { query, scan } from './many/search.ts';
import type {
  GetManyOptions,
  IndexQueryOptions,
  IndexScanOptions,
  KeyResult,
  QueryOptions,
  Results,
  ScanOptions,
} from './many/types.ts';
import { patience, patienceOnce } from './platform/platform.ts';
import { attach } from './read/attach.ts';
import type { GetOptions, LargeItem } from './read/item.ts';
import type { LazyItem } from './read/lazy.ts';
import { type ReadContext, read } from './read/read.ts';
import {
  type ParameterOptions,
  type StackOptions,
  storeFromEnvironment,
  storeFromParameter,
  storeFromStack,
} from './store/discovery.ts';
import type { StagedContent } from './types.ts';
import { type PresignedUpload, type PresignUploadOptions, presignUpload } from './upload/presign-upload.ts';
import { Waiter } from './wait/wait.ts';
import { handleOf, resume, type WriteHandle } from './write/handle.ts';
import { clientLane } from './write/lane.ts';
import { putInput } from './write/put.ts';
import { outcomeOf } from './write/settle.ts';
import { LONGEST_SECONDS } from './write/sync-call.ts';
import { startWrite, type WriteContext, write } from './write/write.ts';

/** Without a byte of an answer for so long, a call is given up, and made again as the SDK does. */
const ANSWER_SECONDS = 15;
/** S3 sends a byte now and then while it puts a large object together (API reference, CompleteMultipartUpload). */
const OBJECT_SECONDS = 60;

/** How a client reaches AWS, and by which lane its writes go, where a call does not say. */
export interface ClientOptions extends LaneChoice {
  /**
   * SDK clients of your own. Default: new ones for the store's Region, which give up a call after 15 s without a byte, of S3
   * after 60 s. One for Step Functions must wait for 330 s where it is to serve the Express lane, and best keeps no connections:
   * see docs/writing.md.
   */
  readonly sfn?: SFNClient | undefined;
  readonly s3?: S3Client | undefined;
  readonly dynamodb?: DynamoDBClient | undefined;
  /**
   * Milliseconds between the first looks at a run, the first of which is made at once; later ones are up to 2 s apart. 0 to
   * 60,000. Default: after 250, when most have ended, then every 60 for a second, then up to 2 s apart.
   */
  readonly pollIntervalMs?: number | undefined;
}

/**
 * Writes and reads the items of one store. Every write is one execution of a state machine, and a promise that
 * settles when that has ended; see `errors.ts` for how it can fail.
 *
 * @example
 * const client = await LargeItemClient.fromStack();
 * await client.create({ key: { id: '42' }, attributes: { title: 'Hello' }, largeAttributes: { page: { file } } });
 * const item = await client.get({ id: '42' });
 * await item?.large.page?.text();
 */
export class LargeItemClient<Doc extends Document = AnyDocument> {
  /** The description of its store. */
  readonly store: StoreDescriptor;
  readonly #sfn: SFNClient;
  readonly #s3: S3Client;
  readonly #dynamodb: DynamoDBClient;
  readonly #waiter: Waiter;
  readonly #syncSfn: SFNClient;
  readonly #lane: Lane;

  /** @throws {Rejected} InvalidInput for a wrong `pollIntervalMs` or `lane` */
  constructor({
    store,
    sfn,
    s3,
    dynamodb,
    pollIntervalMs,
    lane,
  }: ClientOptions & { readonly store: StoreDescriptor }) {
    const { region } = store;
    this.store = copyOf(store);
    this.#sfn = sfn ?? new SFNClient({ region, ...patience(ANSWER_SECONDS) });
    this.#s3 = s3 ?? new S3Client({ region, ...patience(OBJECT_SECONDS) });
    this.#dynamodb = dynamodb ?? new DynamoDBClient({ region, ...patience(ANSWER_SECONDS) });
    this.#waiter = new Waiter({ sfn: this.#sfn, pollIntervalMs });
    this.#lane = clientLane(lane, this.store);
    this.#syncSfn = sfn ?? new SFNClient({ region, ...patienceOnce(LONGEST_SECONDS) });
  }

  /**
   * A client of the store that a stack's outputs describe.
   * @throws {StoreNotFound}
   */
  static async fromStack<Doc extends Document = AnyDocument>(
    options: StackOptions & ClientOptions = {},
  ): Promise<LargeItemClient<Doc>> {
    return new LargeItemClient<Doc>({ ...options, store: await storeFromStack(options) });
  }

  /**
   * A client of the store that an SSM parameter describes: the construct's `parameterName`.
   * @throws {StoreNotFound}
   */
  static async fromParameter<Doc extends Document = AnyDocument>(
    options: ParameterOptions & ClientOptions,
  ): Promise<LargeItemClient<Doc>> {
    return new LargeItemClient<Doc>({ ...options, store: await storeFromParameter(options) });
  }

  /**
   * A client of the store that the environment names: TWINWRITE_STORE is its description as JSON, else TWINWRITE_PARAMETER
   * names the SSM parameter that holds it, else TWINWRITE_STACK the stack among whose outputs it is, by default `Twinwrite`.
   * The first that is set counts.
   * @param options - `region`: where parameter and stack are; default: the SDK's own
   * @throws {StoreNotFound} listing what was tried, with the answers
   */
  static async fromEnvironment<Doc extends Document = AnyDocument>(
    options: { readonly region?: string | undefined } & ClientOptions = {},
  ): Promise<LargeItemClient<Doc>> {
    return new LargeItemClient<Doc>({ ...options, store: await storeFromEnvironment(options) });
  }

  /**
   * Creates an item and the objects of its large attributes.
   * @throws {NotWritten} Rejected AlreadyExists when there is an item with this key
   * @throws {TwinwriteError} the others of `errors.ts`
   */
  create(input: CreateInput<Doc>, options: WriteOptions & { readonly wait: false }): Promise<WriteHandle>;
  create(input: CreateInput<Doc>, options?: WriteOptions & WaitChoice<true>): Promise<WriteResult>;
  create(input: CreateInput<Doc>, options?: WriteOptions & WaitChoice): Promise<WriteResult | WriteHandle>;
  create(
    input: CreateInput<Doc>,
    options: WriteOptions & WaitChoice = {},
  ): Promise<WriteResult | WriteHandle> {
    return this.#write('create', input, options);
  }

  /**
   * Creates an item, or puts it in place of the one that is there: nothing of that stays, and its objects are deleted once the
   * new one is written. Writers at the same time come one after the other; `expectedVersion` refuses all but one.
   * @throws {NotWritten} NotFound, VersionMismatch with `expectedVersion`; Conflict when others write time and again
   * @throws {TwinwriteError} the others of `errors.ts`
   */
  put(input: PutInput<Doc>, options: WriteOptions & { readonly wait: false }): Promise<WriteHandle>;
  put(input: PutInput<Doc>, options?: WriteOptions & WaitChoice<true>): Promise<WriteResult>;
  put(input: PutInput<Doc>, options?: WriteOptions & WaitChoice): Promise<WriteResult | WriteHandle>;
  put(input: PutInput<Doc>, options: WriteOptions & WaitChoice = {}): Promise<WriteResult | WriteHandle> {
    return this.#write('create', putInput(input), options);
  }

  /**
   * Changes an item and the objects of its large attributes. Content that is the same already is not put again. An item that
   * is not there is created with `createIfMissing`.
   * @throws {NotWritten} NotFound, VersionMismatch, ConditionFailed, ...
   * @throws {TwinwriteError} the others of `errors.ts`
   */
  update(input: UpdateInput<Doc>, options: WriteOptions & { readonly wait: false }): Promise<WriteHandle>;
  update(input: UpdateInput<Doc>, options?: WriteOptions & WaitChoice<true>): Promise<WriteResult>;
  update(input: UpdateInput<Doc>, options?: WriteOptions & WaitChoice): Promise<WriteResult | WriteHandle>;
  update(
    input: UpdateInput<Doc>,
    options: WriteOptions & WaitChoice = {},
  ): Promise<WriteResult | WriteHandle> {
    return this.#write('update', input, options);
  }

  /**
   * Deletes an item and its objects.
   * @throws {NotWritten} NotFound when the item must exist, VersionMismatch, ...
   * @throws {TwinwriteError} the others of `errors.ts`
   */
  delete(input: DeleteInput<Doc>, options: WriteOptions & { readonly wait: false }): Promise<WriteHandle>;
  delete(input: DeleteInput<Doc>, options?: WriteOptions & WaitChoice<true>): Promise<WriteResult>;
  delete(input: DeleteInput<Doc>, options?: WriteOptions & WaitChoice): Promise<WriteResult | WriteHandle>;
  delete(
    input: DeleteInput<Doc>,
    options: WriteOptions & WaitChoice = {},
  ): Promise<WriteResult | WriteHandle> {
    return this.#write('delete', input, options);
  }

  /**
   * Reads an item with what is known of its objects, never a mix of two versions; undefined if there is none. Content
   * is fetched when it is asked for, see {@link LargeObject}, or at once with `load`.
   * @throws {Rejected} InvalidInput for a key that is not the table's
   * @throws {IntegrityError} when stored content is not what was written
   * @throws {ReadContended} when the item was rewritten during each of several attempts
   * @throws {ReadFailed} when S3 refuses
   */
  async get<Name extends LargeNames<Doc> = LargeNames<Doc>>(
    key: KeyOf<Doc>,
    options: GetOptions<Name> = {},
  ): Promise<LargeItem<Doc, Name> | undefined> {
    const item = await read(this.#readContext, key, options);
    return item as LargeItem<Doc, Name> | undefined;
  }

  /**
   * Reads the items of any number of keys, a hundred at a time, and tells of each key, in their order, its item or that there is
   * none. A key that is given twice is answered twice, and read once if both stand close together.
   *
   * @example
   * for await (const { key, item } of client.getMany(keys)) console.log(key, await item?.large.page?.text());
   * @throws {Rejected} InvalidInput for wrong options; while reading, for a key that is not the table's
   * @throws {KeysUnread} while reading, when DynamoDB leaves keys unread time and again
   */
  getMany<Name extends Names<Doc> = Names<Doc>, Load extends LargeNames<Doc> = never>(
    keys: Source<KeyOf<Doc>>,
    options: GetManyOptions<Name, Load> = {},
  ): Results<KeyResult<Doc, Name | Load>> {
    return getMany(this.#readContext, keys, options) as unknown as Results<KeyResult<Doc, Name | Load>>;
  }

  /**
   * The items of a partition, of the table or of an index, in the order of the sort key. Consistent in the table; an index
   * gives what it has, and the item is read again in the table before content is fetched.
   *
   * @example
   * const reports = client.query({ partition: { tenant: 'acme' }, sort: { number: { gte: 7 } }, limit: 20 });
   * for await (const report of reports) console.log(report.attributes, await report.large.body.text());
   * const { items, cursor } = await reports.page();
   * @throws {Rejected} InvalidInput
   */
  query<Name extends Names<Doc> = Names<Doc>, Load extends LargeNames<Doc> = never>(
    options: QueryOptions<Doc, Name, Load>,
  ): Results<LazyItem<Doc, Name | Load>>;
  query<Name extends Names<Doc> = Names<Doc>, Load extends LargeNames<Doc> = never>(
    options: IndexQueryOptions<Doc, Name, Load>,
  ): Results<LazyItem<Doc, Name | Load, 'part'>>;
  query(options: object): Results<never> {
    return query(this.#readContext, options) as Results<never>;
  }

  /**
   * All items of the table or of an index, in no order, in as many segments side by side as are wanted.
   * @throws {Rejected} InvalidInput
   */
  scan<Name extends Names<Doc> = Names<Doc>, Load extends LargeNames<Doc> = never>(
    options?: ScanOptions<Name, Load>,
  ): Results<LazyItem<Doc, Name | Load>>;
  scan<Name extends Names<Doc> = Names<Doc>, Load extends LargeNames<Doc> = never>(
    options: IndexScanOptions<Name, Load>,
  ): Results<LazyItem<Doc, Name | Load, 'part'>>;
  scan(options: object = {}): Results<never> {
    return scan(this.#readContext, options) as Results<never>;
  }

  /**
   * An item that was read by other means as one with lazy large attributes: in plain values, as the document client and libraries
   * over it give them, or in DynamoDB's own spelling, as streams and exports have it. Nothing is read yet; before content is
   * fetched, the item is read in the table. Plain values stay as they were given.
   *
   * @example
   * const { Items = [] } = await documentClient.send(new QueryCommand(request));
   * const pages = Items.map((raw) => client.attach(raw).large.page);
   * @throws {Rejected} InvalidInput for what is no item of this store: another key, or pointers that lead elsewhere
   * @throws {IntegrityError} when another program has spoiled `_saga`
   */
  attach(raw: object): LazyItem<Doc, Names<Doc>, 'part'> {
    return attach(this.#readContext, raw) as unknown as LazyItem<Doc, Names<Doc>, 'part'>;
  }

  /**
   * Creates many items, several at a time, and tells of each what has become of it; goes on past those that fail.
   * @throws {Rejected} InvalidInput for wrong options
   */
  createMany(
    inputs: Source<CreateInput<Doc>>,
    options: BatchOptions<CreateInput<Doc>> & VersionOnly,
  ): Batch<CreateInput<Doc>, VersionResult>;
  createMany(
    inputs: Source<CreateInput<Doc>>,
    options?: BatchOptions<CreateInput<Doc>>,
  ): Batch<CreateInput<Doc>>;
  createMany(
    inputs: Source<CreateInput<Doc>>,
    options: BatchOptions<CreateInput<Doc>> = {},
  ): Batch<CreateInput<Doc>> {
    return batchOf(this.#writeContext, { operation: 'create' }, inputs, options);
  }

  /** As {@link createMany}; an item that is there is replaced, see {@link put}. */
  putMany(
    inputs: Source<PutInput<Doc>>,
    options: BatchOptions<PutInput<Doc>> & VersionOnly,
  ): Batch<PutInput<Doc>, VersionResult>;
  putMany(inputs: Source<PutInput<Doc>>, options?: BatchOptions<PutInput<Doc>>): Batch<PutInput<Doc>>;
  putMany(inputs: Source<PutInput<Doc>>, options: BatchOptions<PutInput<Doc>> = {}): Batch<PutInput<Doc>> {
    return batchOf(this.#writeContext, { operation: 'create', toInput: putInput }, inputs, options);
  }

  /** As {@link createMany}; a named batch with several updates of one item needs their `identity`. */
  updateMany(
    inputs: Source<UpdateInput<Doc>>,
    options: BatchOptions<UpdateInput<Doc>> & VersionOnly,
  ): Batch<UpdateInput<Doc>, VersionResult>;
  updateMany(
    inputs: Source<UpdateInput<Doc>>,
    options?: BatchOptions<UpdateInput<Doc>>,
  ): Batch<UpdateInput<Doc>>;
  updateMany(
    inputs: Source<UpdateInput<Doc>>,
    options: BatchOptions<UpdateInput<Doc>> = {},
  ): Batch<UpdateInput<Doc>> {
    return batchOf(this.#writeContext, { operation: 'update' }, inputs, options);
  }

  /** As {@link createMany}. */
  deleteMany(
    inputs: Source<DeleteInput<Doc>>,
    options: BatchOptions<DeleteInput<Doc>> & VersionOnly,
  ): Batch<DeleteInput<Doc>, VersionResult>;
  deleteMany(
    inputs: Source<DeleteInput<Doc>>,
    options?: BatchOptions<DeleteInput<Doc>>,
  ): Batch<DeleteInput<Doc>>;
  deleteMany(
    inputs: Source<DeleteInput<Doc>>,
    options: BatchOptions<DeleteInput<Doc>> = {},
  ): Batch<DeleteInput<Doc>> {
    return batchOf(this.#writeContext, { operation: 'delete' }, inputs, options);
  }

  /**
   * Lets a browser or a device, without any rights in AWS, upload content for a write to come: one PUT, to a fresh key
   * below the staging prefix, while the URL lasts. With `sha256` and `size` nothing else can be uploaded to it. A create or
   * update then takes it as `{ staged: { key, sha256, size } }`. What no write takes is deleted after 15 days.
   *
   * @example
   * const { staged, ...request } = await client.presignUpload({ contentType: 'image/png', sha256, size });
   * // elsewhere: await fetch(request.url, { method: request.method, headers: request.headers, body });
   * await client.create({ key, largeAttributes: { picture: { staged } } });
   * @throws {Rejected} InvalidInput
   */
  presignUpload(
    options: PresignUploadOptions & { readonly sha256: string; readonly size: number },
  ): Promise<PresignedUpload<StagedContent>>;
  presignUpload(options?: PresignUploadOptions): Promise<PresignedUpload>;
  presignUpload(options: PresignUploadOptions = {}): Promise<PresignedUpload> {
    return presignUpload(this.#s3, this.store, options).catch(asRejected);
  }

  /**
   * A run that was started before, by this process or another, to wait for its end.
   * @throws {Rejected} InvalidInput when it is not an execution of this store
   */
  handle(executionArn: string): WriteHandle {
    return resume(this.#writeContext, executionArn);
  }

  /**
   * Finds out what has become of a write whose answer was lost: the item tells, or the Standard execution that goes on with the run, or
   * one that is started to settle it, which takes 7 to 26 minutes. May be asked again, by whomever: there is one such execution.
   * @param run - of an {@link AnswerLost}, as it is or from JSON
   * @throws {Rejected} InvalidInput for what is no such run of this store
   * @throws {TwinwriteError} Stuck, Aborted, StartFailed, WaitInterrupted of that Standard execution
   */
  outcome(run: ExpressRun, options: OutcomeOptions = {}): Promise<Outcome> {
    return outcomeOf(this.#writeContext, run, options).catch(asRejected);
  }

  async #write(
    operation: Operation,
    input: object,
    { wait = true, ...options }: WriteOptions & WaitChoice,
  ): Promise<WriteResult | WriteHandle> {
    const context = this.#writeContext;
    if (wait) return write(context, operation, input, options);
    return handleOf(context, await startWrite(context, operation, input, { ...options, wait }));
  }

  get #readContext(): ReadContext {
    return { store: this.store, s3: this.#s3, dynamodb: this.#dynamodb };
  }

  get #writeContext(): WriteContext {
    return {
      store: this.store,
      s3: this.#s3,
      dynamodb: this.#dynamodb,
      sfn: this.#sfn,
      syncSfn: this.#syncSfn,
      waiter: this.#waiter,
      lane: this.#lane,
    };
  }
}
