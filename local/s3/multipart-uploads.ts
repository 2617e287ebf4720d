// The multipart uploads that are under way, and the completed ones that may be completed again.

import { randomBytes } from 'node:crypto';
import { type ChecksumAlgorithm, type ChecksumType, checksumElement } from './checksums.ts';
import type { Content } from './content.ts';
import { s3Error } from './errors.ts';
import { compareKeys } from './sorted-keys.ts';
import type { ObjectStore } from './store.ts';
import type { Tag } from './stored-version.ts';

export interface UploadedPart {
  readonly partNumber: number;
  readonly content: Content;
  /** Quoted MD5. */
  readonly etag: string;
  readonly lastModified: number;
  /** Full checksum of the part, base64. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly tags: readonly Tag[];
  /** Undefined when the creator named none; S3 then computes its default for the whole object. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType;
  readonly parts: ReadonlyMap<number, UploadedPart>;
}

/** What a completed upload answered, and to which list of parts. */
export interface Completion {
  readonly bucket: string;
  readonly key: string;
  readonly request: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const COMPLETIONS_KEPT = 1000;

type OpenUpload = Upload & { readonly parts: Map<number, UploadedPart> };

/** Lives in memory: an upload that is under way when the process ends is gone, like one that was aborted. */
export class UploadRegistry {
  readonly #store: ObjectStore;
  readonly #uploads = new Map<string, OpenUpload>();
  readonly #completions = new Map<string, Completion>();
  /** By bucket and key; bucket names have no slash. */
  readonly #byKey = new Map<string, Set<string>>();
  readonly #disturbed = new Set<string>();

  /** @param store - where the contents of parts are */
  constructor(store: ObjectStore) {
    this.#store = store;
  }

  create(upload: Omit<Upload, 'id' | 'parts'>): Upload {
    const created = { ...upload, id: randomBytes(32).toString('base64url'), parts: new Map() };
    this.#uploads.set(created.id, created);
    const place = `${upload.bucket}/${upload.key}`;
    this.#byKey.set(place, (this.#byKey.get(place) ?? new Set()).add(created.id));
    return created;
  }

  /** Notes that what is at a key was written or deleted while uploads to it were under way. */
  disturb(bucket: string, key: string): void {
    for (const id of this.#byKey.get(`${bucket}/${key}`) ?? []) {
      this.#disturbed.add(id);
    }
  }

  isDisturbed({ id }: Upload): boolean {
    return this.#disturbed.has(id);
  }

  /** @throws {ServiceError} NoSuchUpload */
  get(bucket: string, key: string, id: string): Upload {
    return this.#get(bucket, key, id);
  }

  /**
   * A part becomes visible in one step, unless its upload ended while it arrived.
   * @throws {ServiceError} NoSuchUpload
   */
  addPart({ bucket, key, id }: Upload, part: UploadedPart): void {
    const { parts } = this.#get(bucket, key, id);
    const replaced = parts.get(part.partNumber);
    this.#store.hold(part.content);
    parts.set(part.partNumber, part);
    if (replaced) {
      this.#store.release(replaced.content);
    }
  }

  #get(bucket: string, key: string, id: string): OpenUpload {
    const upload = this.#uploads.get(id);
    if (upload?.bucket !== bucket || upload.key !== key) {
      throw s3Error('NoSuchUpload', { members: { UploadId: id } });
    }
    return upload;
  }

  completion(bucket: string, key: string, id: string): Completion | undefined {
    const completion = this.#completions.get(id);
    return completion?.bucket === bucket && completion.key === key ? completion : undefined;
  }

  complete(upload: Upload, request: string, body: string, headers: Completion['headers']): void {
    this.abort(upload);
    const { bucket, key } = upload;
    this.#completions.set(upload.id, { bucket, key, request, body, headers });
    const [oldest] = this.#completions.keys();
    if (this.#completions.size > COMPLETIONS_KEPT && oldest !== undefined) {
      this.#completions.delete(oldest);
    }
  }

  abort(upload: Upload): void {
    this.#uploads.delete(upload.id);
    this.#disturbed.delete(upload.id);
    const place = `${upload.bucket}/${upload.key}`;
    const others = this.#byKey.get(place);
    others?.delete(upload.id);
    if (others?.size === 0) {
      this.#byKey.delete(place);
    }
    for (const { content } of upload.parts.values()) {
      this.#store.release(content);
    }
  }

  /** By key, then by the time of their creation. */
  inBucket(bucket: string): readonly Upload[] {
    return [...this.#uploads.values()]
      .filter((upload) => upload.bucket === bucket)
      .sort((a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated);
  }

  forgetBucket(bucket: string): void {
    for (const upload of this.inBucket(bucket)) {
      this.abort(upload);
    }
  }
}

/** The element that carries a part's checksum in S3's XML. */
export function partChecksum({ checksum }: UploadedPart): Record<string, string> {
  return checksum ? { [checksumElement(checksum.algorithm)]: checksum.value } : {};
}
