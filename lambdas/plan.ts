// Task Plan: reads the item, examines the content, and decides what the run will put, write and delete.

import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { LargeAttributeInput } from '../core/contract/contract.ts';
import { toRequest } from '../core/contract/parse-request.ts';
import { largeAttributesOf, type SagaRequest } from '../core/contract/request.ts';
import { invalidInput, SagaError } from '../core/errors/errors.ts';
import { EXPRESS_COPY_BYTES, EXPRESS_PUTS } from '../core/errors/limits.ts';
import { readPointers } from '../core/item/item.ts';
import { decodeMetadata, UPDATED_AT } from '../core/item/metadata.ts';
import { isOwnObject, parseObjectKey } from '../core/keys/object-key.ts';
import { ownObjectKey } from '../core/keys/pointer.ts';
import {
  continuedId,
  expressId,
  expressRun,
  expressRunName,
  type Operation,
  parseRun,
  type Run,
} from '../core/keys/run.ts';
import { checkContinued } from '../core/saga/continued.ts';
import { fitted, fittedForExpress } from '../core/saga/payload.ts';
import {
  type Content,
  following,
  makePlan,
  type Plan,
  type PreviousPlan,
  type StagedObject,
} from '../core/saga/plan.ts';
import { secondsUntilOver, toSettles } from '../core/saga/settle.ts';
import type { Item } from '../core/values/attributes.ts';
import { readItem } from './dynamodb.ts';
import { failureOf } from './failures.ts';
import { s3 } from './s3.ts';
import { storeFromEnvironment, task } from './task.ts';

export interface PlanEvent {
  readonly operation: Operation;
  readonly execution: { readonly name: string; readonly startTime: string };
  /** The execution's input, not yet checked. */
  readonly input: unknown;
  /** The run's plan before this one, after a conflict. */
  readonly previous: PreviousPlan | null;
  /** Of an Express run: a UUID that it draws, since executions of one name may run at once. */
  readonly nonce?: string;
}

/**
 * Staged content without a SHA-256 of its own is read to check it up to this size, in bytes. Above, the copy's
 * checksum tells: then the run is rolled back instead of refused.
 */
const MAX_READ_TO_CHECK_BYTES = 64 * 1024 * 1024;
/** Characters of a staged object's content type that its put carries. */
const MAX_TOLD_TYPE = 256;

/** Hexadecimal digits of a run's nonce. */
const NONCE_DIGITS = 12;

const store = storeFromEnvironment();

/** @throws one of PLAN_ERRORS, or of LANE_ERRORS in place of a first plan */
export const handler = task(async (event: PlanEvent): Promise<Plan> => {
  const { operation, input, previous } = event;
  const run = runOf(event);
  if (previous === null && event.nonce === undefined) checkLane(event);
  const request = toRequest(operation, input, store);
  if (event.nonce !== undefined) checkExpress(request);
  const item = await readItem(store.table, request.key);
  const contents = await contentsOf(request, previous === null);
  const plan = makePlan(request, {
    store,
    run,
    ...following(previous),
    placed: new Set(previous?.placed),
    item,
    contents,
    reusable: await reusableAttributes(request, item, contents),
  });
  return (event.nonce === undefined ? fitted : fittedForExpress)(input as Record<string, unknown>, plan);
});

/** The run whose plan this is. */
function runOf({ operation, execution, previous, nonce }: PlanEvent): Run {
  const known = previous?.run === undefined ? undefined : parseRun(previous.run);
  if (known !== undefined) return known;
  if (nonce === undefined) return { operation, ...execution };
  const id = expressId(execution.name);
  if (id === undefined) {
    throw invalidInput('name', execution.name, 'the name of an Express run must end in a ULID');
  }
  const drawn = nonce.replaceAll('-', '').slice(0, NONCE_DIGITS);
  return { operation, ...execution, name: expressRunName({ id, nonce: drawn }) };
}

/**
 * Whether this execution goes on with an Express run, or settles one: its name says so, and its input.
 * @throws {SagaError} Continues, Settles; InvalidInput where name and input do not agree
 */
function checkLane({ operation, execution, input }: PlanEvent): void {
  const id = continuedId(execution.name);
  const { continues, settles, ...own } = (input ?? {}) as Readonly<Record<string, unknown>>;
  if (continues !== undefined) {
    checkContinued(continues, id, toRequest(operation, own, store), store);
    throw new SagaError('Continues', 'this execution goes on with an Express run');
  }
  if (settles !== undefined) {
    const wanted = toSettles(settles, id);
    const { key } = toRequest('delete', own, store);
    throw new SagaError('Settles', 'this execution settles an Express run', {
      key,
      settles: wanted,
      seconds: secondsUntilOver(wanted),
    });
  }
  if (id !== undefined || expressRun(execution.name) !== undefined) {
    throw invalidInput('name', execution.name, 'such names are for Express runs, and what goes on with them');
  }
}

/** Large copies would outlast an Express run, and what waits for it. */
function checkExpress(request: SagaRequest): void {
  const entries = Object.entries(largeAttributesOf(request));
  if (entries.length > EXPRESS_PUTS) {
    throw invalidInput(
      'largeAttributes',
      entries.length,
      `the Express lane takes ${EXPRESS_PUTS} at most; use the Standard lane`,
    );
  }
  for (const [name, { staged }] of entries) {
    if (staged === undefined || staged.size <= EXPRESS_COPY_BYTES) continue;
    throw invalidInput(
      `largeAttributes.${name}.staged.size`,
      staged.size,
      `the Express lane copies ${EXPRESS_COPY_BYTES} bytes at most; use the Standard lane`,
    );
  }
}

async function contentsOf(request: SagaRequest, first: boolean): Promise<ReadonlyMap<string, Content>> {
  const entries = Object.entries(largeAttributesOf(request)).map(async ([name, value]) => {
    return [name, await contentOf(value, `largeAttributes.${name}`, first)] as const;
  });
  return new Map(await Promise.all(entries));
}

async function contentOf(
  { text, base64, staged }: LargeAttributeInput,
  field: string,
  first: boolean,
): Promise<Content> {
  if (staged !== undefined) {
    const found = first ? stagedObject(await checkStaged(staged, `${field}.staged`)) : undefined;
    return { sha256: staged.sha256, size: staged.size, ...(found && { staged: found }) };
  }
  const bytes = text === undefined ? Buffer.from(base64 as string, 'base64') : Buffer.from(text);
  return { sha256: sha256Of(bytes), size: bytes.length };
}

/** What the copy is told, so that it need not look again; not what would take more room in the plan than that is worth. */
function stagedObject(head: HeadObjectCommandOutput): StagedObject | undefined {
  const { ETag: etag, ContentType: contentType, ChecksumCRC64NVME: checksum } = head;
  if (etag === undefined || (contentType?.length ?? 0) > MAX_TOLD_TYPE) return undefined;
  return { etag, ...(contentType && { contentType }), ...(checksum && { checksum }) };
}

/**
 * The SHA-256 is what binds an upload to whoever knows its content: neither it nor the size is told to others, who need only
 * guess a key to ask (docs/security.md).
 */
async function checkStaged(
  staged: NonNullable<LargeAttributeInput['staged']>,
  field: string,
): Promise<HeadObjectCommandOutput> {
  const head = await headObject(staged.key);
  if (head === undefined) throw invalidInput(`${field}.key`, staged.key, 'there is no such object');
  if (head.ContentLength !== staged.size) {
    throw invalidInput(`${field}.size`, staged.size, 'the object has another size');
  }
  const actual = await sha256OfStaged(staged.key, head);
  if (actual !== undefined && actual !== staged.sha256) {
    throw invalidInput(`${field}.sha256`, staged.sha256, 'the object has another SHA-256');
  }
  return head;
}

/** S3's own SHA-256 of the whole object where it has one (a single PUT that asked for it), else by reading. */
async function sha256OfStaged(key: string, head: HeadObjectCommandOutput): Promise<string | undefined> {
  if (head.ChecksumSHA256 !== undefined && head.ChecksumType !== 'COMPOSITE') {
    return Buffer.from(head.ChecksumSHA256, 'base64').toString('hex');
  }
  if ((head.ContentLength ?? 0) > MAX_READ_TO_CHECK_BYTES) return undefined;
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: store.bucket, Key: key, ...(head.ETag && { IfMatch: head.ETag }) }),
  );
  const hash = createHash('sha256');
  for await (const chunk of Body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}

/** Attributes whose present object holds the same bytes with the options asked for: it is not put again. */
async function reusableAttributes(
  request: SagaRequest,
  item: Item | undefined,
  contents: ReadonlyMap<string, Content>,
): Promise<ReadonlySet<string>> {
  if (item === undefined || request.operation !== 'update') return new Set();
  const pointers = readPointers(item, store);
  const checks = Object.entries(request.largeAttributes).map(async ([name, value]) => {
    const key = ownObjectKey(pointers.get(name) ?? '', store);
    if (key === undefined || !isOwnObject(key, request.key, store)) return [];
    if (parseObjectKey(store, key)?.sha256 !== contents.get(name)?.sha256) return [];
    const head = await headObject(key);
    return head !== undefined && hasOptions(head, value) ? [name] : [];
  });
  return new Set((await Promise.all(checks)).flat());
}

/** Options that the request leaves out stay as they are. */
function hasOptions(head: HeadObjectCommandOutput, wanted: LargeAttributeInput): boolean {
  const { [UPDATED_AT]: _, ...metadata } = decodeMetadata(head.Metadata ?? {});
  return (
    (wanted.contentType ?? head.ContentType) === head.ContentType &&
    (wanted.contentEncoding ?? head.ContentEncoding) === head.ContentEncoding &&
    (wanted.cacheControl ?? head.CacheControl) === head.CacheControl &&
    sameEntries(wanted.metadata ?? metadata, metadata)
  );
}

function sameEntries(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

async function headObject(key: string): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket: store.bucket, Key: key, ChecksumMode: 'ENABLED' }));
  } catch (error) {
    if (failureOf(error).status === 404) return undefined;
    throw error;
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
