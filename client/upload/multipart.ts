// One multipart upload of S3: begun, filled with parts that are sent or copied, and completed or aborted.

import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { withRetries } from '../calls/retry.ts';

export interface UploadTarget {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
}

/** An object as it was completed. */
export interface CompletedObject {
  readonly key: string;
  readonly etag: string | undefined;
  readonly crc64: string | undefined;
}

/** S3 can compare an object in parts to a copy of it by this checksum only: over the whole object, whatever its parts. */
const CHECKSUM = { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' } as const;

interface UploadIds {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

export class MultipartUpload {
  readonly #s3: S3Client;
  readonly #ids: UploadIds;
  readonly #parts: CompletedPart[] = [];

  private constructor(s3: S3Client, ids: UploadIds) {
    this.#s3 = s3;
    this.#ids = ids;
  }

  static async begin({ s3, bucket, key, contentType }: UploadTarget): Promise<MultipartUpload> {
    const object = { Bucket: bucket, Key: key };
    const { UploadId } = await withRetries(() =>
      s3.send(new CreateMultipartUploadCommand({ ...object, ContentType: contentType, ...CHECKSUM })),
    );
    return new MultipartUpload(s3, { ...object, UploadId });
  }

  async send(number: number, body: Uint8Array, signal: AbortSignal): Promise<void> {
    const { ETag, ChecksumCRC64NVME } = await withRetries(
      () =>
        this.#s3.send(
          new UploadPartCommand({
            ...this.#ids,
            PartNumber: number,
            Body: body,
            ChecksumAlgorithm: 'CRC64NVME',
          }),
          { abortSignal: signal },
        ),
      signal,
    );
    this.#parts.push({ PartNumber: number, ETag, ChecksumCRC64NVME });
  }

  /**
   * Takes a whole object of the same bucket as a part; its bytes stay with S3. The request is not given up on a signal:
   * S3 would go on with it, and a part that lands after the upload was aborted is kept.
   */
  async copy(number: number, source: CompletedObject): Promise<void> {
    const { Bucket } = this.#ids;
    const { CopyPartResult } = await withRetries(() =>
      this.#s3.send(
        new UploadPartCopyCommand({
          ...this.#ids,
          PartNumber: number,
          CopySource: `${Bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`,
          CopySourceIfMatch: source.etag,
        }),
      ),
    );
    const { ETag, ChecksumCRC64NVME } = CopyPartResult ?? {};
    if (ChecksumCRC64NVME !== source.crc64) {
      throw new Error(
        `part ${number} has CRC-64/NVME ${ChecksumCRC64NVME}, what it copies has ${source.crc64}`,
      );
    }
    this.#parts.push({ PartNumber: number, ETag, ChecksumCRC64NVME });
  }

  /** @param size - bytes that S3 must find in all parts together */
  async complete(size: number): Promise<CompletedObject> {
    const parts = this.#parts.toSorted((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0));
    const { ETag, ChecksumCRC64NVME } = await withRetries(() =>
      this.#s3.send(
        new CompleteMultipartUploadCommand({
          ...this.#ids,
          ChecksumType: 'FULL_OBJECT',
          MpuObjectSize: size,
          MultipartUpload: { Parts: parts },
        }),
      ),
    );
    return { key: this.#ids.Key, etag: ETag, crc64: ChecksumCRC64NVME };
  }

  /** Once no part is under way any more: one that lands later would be kept, and paid for. */
  async abort(): Promise<void> {
    // Best effort: whatever made it necessary matters more, and the bucket's lifecycle ends uploads that stay behind.
    await withRetries(() => this.#s3.send(new AbortMultipartUploadCommand(this.#ids))).catch(() => undefined);
  }
}
