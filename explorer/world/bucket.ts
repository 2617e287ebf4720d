// S3: one bucket in memory, with objects, copies and multipart uploads.

import { plainDate } from '../code/sdk-answer.ts';
import { isBig, sha256, sizeOf } from '../model/inputs.ts';
import type { Model } from '../model/model.ts';
import { START } from '../state/setting.ts';
import type { Answer, CallInput, State, StoredObject, Upload } from '../state/state.ts';
import { DONE, type Performed } from './performed.ts';

type Keyed = CallInput & { readonly Key: string };
type Options = {
  readonly ContentType?: string;
  readonly Metadata?: Readonly<Record<string, string>>;
};

const NOT_FOUND: Answer = { error: { name: 'NotFound', status: 404 } };
const NO_SUCH_KEY: Answer = { error: { name: 'NoSuchKey', status: 404 } };
const NO_MATCH: Answer = { error: { name: 'PreconditionFailed', status: 412 } };
const NO_SUCH_UPLOAD: Answer = { error: { name: 'NoSuchUpload', status: 404 } };

export function headObject(model: Model, state: State, input: Keyed): Performed {
  const object = state.objects[input.Key];
  if (object === undefined) return { state, answer: NOT_FOUND };
  return { state, answer: model.interner.ofPair(object, input, () => ({ ok: headOf(object) })) };
}

export function getObject(state: State, { Key }: Keyed): Performed {
  const object = state.objects[Key];
  if (object === undefined) return { state, answer: NO_SUCH_KEY };
  return { state, answer: { ok: { ...headOf(object), Body: { $text: object.text } } } };
}

export function putObject(model: Model, state: State, input: Keyed & Options): Performed {
  const objects = model.interner.ofPair(state.objects, input, () =>
    model.interner.canonical({ ...state.objects, [input.Key]: stored(bodyOf(input.Body), input) }),
  );
  return { state: { ...state, objects }, answer: DONE };
}

export function copyObject(state: State, input: Keyed & Options): Performed {
  const source = sourceOf(state, input);
  if (source === undefined) return { state, answer: NO_SUCH_KEY };
  if (isAnother(source, input)) return { state, answer: NO_MATCH };
  const objects = { ...state.objects, [input.Key]: stored(source.text, input) };
  const answer = { ok: { CopyObjectResult: { ChecksumSHA256: base64(sha256(source.text)) } } };
  return { state: { ...state, objects }, answer };
}

export function deleteObjects(
  model: Model,
  state: State,
  input: CallInput,
  keys: readonly string[],
): Performed {
  const objects = model.interner.ofPair(state.objects, input, () => {
    const left = { ...state.objects };
    for (const key of keys) delete left[key];
    return model.interner.canonical(left);
  });
  return { state: { ...state, objects }, answer: DONE };
}

export function keysToDelete({ Delete }: CallInput): readonly string[] {
  return (Delete as { Objects: readonly { Key: string }[] }).Objects.map(({ Key }) => Key);
}

export function listObjects(state: State, { Prefix }: CallInput): Performed {
  const keys = Object.keys(state.objects).filter((key) => key.startsWith(String(Prefix)));
  const Contents = keys.sort().map((Key) => ({
    Key,
    Size: sizeOf((state.objects[Key] as StoredObject).text),
    LastModified: plainDate(START),
  }));
  return { state, answer: { ok: { Contents } } };
}

export function listUploads(state: State, { Prefix }: CallInput): Performed {
  const uploads = state.uploads.filter(({ key }) => key.startsWith(String(Prefix)));
  const Uploads = uploads.map(({ key, id }) => ({
    Key: key,
    UploadId: `u${id}`,
    Initiated: plainDate(START + id),
  }));
  return { state, answer: { ok: { Uploads, IsTruncated: false } } };
}

export function createUpload(state: State, { Key, ...options }: Keyed & Options): Performed {
  const id = Math.max(0, ...state.uploads.map((upload) => upload.id)) + 1;
  const upload: Upload = { key: Key, id, parts: {}, type: options.ContentType, metadata: options.Metadata };
  return { state: { ...state, uploads: [...state.uploads, upload] }, answer: { ok: { UploadId: `u${id}` } } };
}

export function copyPart(state: State, input: Keyed): Performed {
  const upload = uploadOf(state, input);
  if (upload === undefined) return { state, answer: NO_SUCH_UPLOAD };
  const source = sourceOf(state, input);
  if (source === undefined) return { state, answer: NO_SUCH_KEY };
  if (isAnother(source, input)) return { state, answer: NO_MATCH };
  const [, start, end] = /bytes=(\d+)-(\d+)/.exec(String(input.CopySourceRange)) ?? [];
  const parts = { ...upload.parts, [Number(input.PartNumber)]: Number(end) - Number(start) + 1 };
  const uploads = state.uploads.map((one) =>
    one === upload ? { ...upload, text: source.text, parts } : one,
  );
  return { state: { ...state, uploads }, answer: { ok: { CopyPartResult: PART } } };
}
const PART = { ETag: 'p', ChecksumCRC64NVME: 'p' };

export function listParts(state: State, input: CallInput): Performed {
  const upload = uploadOf(state, input);
  if (upload === undefined) return { state, answer: NO_SUCH_UPLOAD };
  const Parts = Object.entries(upload.parts).map(([number, Size]) => ({
    PartNumber: Number(number),
    Size,
    ...PART,
  }));
  return { state, answer: { ok: { Parts, IsTruncated: false } } };
}

export function completeUpload(state: State, input: CallInput): Performed {
  const upload = uploadOf(state, input);
  if (upload === undefined) return { state, answer: NO_SUCH_UPLOAD };
  const total = Object.values(upload.parts).reduce((bytes, part) => bytes + part, 0);
  if (total !== input.MpuObjectSize)
    return { state, answer: { error: { name: 'InvalidRequest', status: 400 } } };
  const { key, text = '', type, metadata } = upload;
  const uploads = state.uploads.filter((one) => one !== upload);
  const objects = { ...state.objects, [key]: { text, type, metadata } };
  return { state: { ...state, uploads, objects }, answer: { ok: { ChecksumCRC64NVME: crcOf(text) } } };
}

export function abortUpload(state: State, input: CallInput): Performed {
  const upload = uploadOf(state, input);
  if (upload === undefined) return { state, answer: NO_SUCH_UPLOAD };
  return { state: { ...state, uploads: state.uploads.filter((one) => one !== upload) }, answer: DONE };
}

function headOf({ text, type, metadata }: StoredObject): Readonly<Record<string, unknown>> {
  const checksum = isBig(text)
    ? { ChecksumCRC64NVME: crcOf(text) }
    : { ChecksumSHA256: base64(sha256(text)) };
  return {
    ContentLength: sizeOf(text),
    ETag: `"${sha256(text).slice(0, 8)}"`,
    ...checksum,
    ChecksumType: 'FULL_OBJECT',
    Metadata: metadata ?? {},
    ContentType: type,
  };
}

function stored(text: string, { ContentType, Metadata }: Options): StoredObject {
  return { text, type: ContentType, metadata: Metadata };
}

/** A body as the call's JSON has it: a Buffer as `{ type, data }`, other bytes by index. */
function bodyOf(body: unknown): string {
  const bytes = (body as { data?: readonly number[] }).data ?? Object.values(body as Record<string, number>);
  return Buffer.from(bytes).toString();
}

function sourceOf(state: State, { CopySource }: CallInput): StoredObject | undefined {
  return state.objects[decodeURIComponent(String(CopySource)).replace(/^b\//, '')];
}

/** Than the caller has seen. */
function isAnother(source: StoredObject, { CopySourceIfMatch }: CallInput): boolean {
  return CopySourceIfMatch !== undefined && CopySourceIfMatch !== headOf(source).ETag;
}

function uploadOf(state: State, { UploadId }: CallInput): Upload | undefined {
  return state.uploads.find(({ id }) => `u${id}` === UploadId);
}

function crcOf(text: string): string {
  return `crc-${text}`;
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
