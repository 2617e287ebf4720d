// CopyObject.

import { createHash } from 'node:crypto';
import { type Checksum, checksumMembers, fullObjectChecksum, parseAlgorithm } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import type { Content } from './content.ts';
import { type CopySource, findCopySource, requireCopyable } from './copy-source.ts';
import { invalidArgument, s3Error } from './errors.ts';
import { ENCRYPTED, keptHeaders, refuseUnsupported, storageClassOf } from './object-headers.ts';
import { replaceObject } from './object-write.ts';
import {
  currentSecond,
  isoTime,
  type Operation,
  requireBucket,
  type S3Request,
  xmlResponse,
} from './request.ts';
import type { StoredObject } from './stored-version.ts';
import { tagsOf } from './tags.ts';

const DIRECTIVES = ['COPY', 'REPLACE'] as const;
type Directive = (typeof DIRECTIVES)[number];
const REDIRECT = 'x-amz-website-redirect-location';

export const copyObject: Operation = async (s3, request) => {
  const { bucket, key, headers } = request;
  requireBucket(s3, bucket);
  refuseUnsupported(headers);
  const source = findCopySource(s3, request);
  const metadata = directive(headers, 'x-amz-metadata-directive');
  refuseNoChange(request, source, metadata);
  requireCopyable(s3, source.object.content.size);
  const retags = directive(headers, 'x-amz-tagging-directive') === 'REPLACE';
  if (!retags) requireTagRights(request, source);
  checkWrite(request, s3.store.get(bucket, key));

  const { content } = source.object;
  const object = {
    content,
    etag: await etagOf(source.object),
    lastModified: currentSecond(s3.clock),
    headers: metadata === 'REPLACE' ? keptHeaders(headers) : copiedHeaders(request, source.object),
    storageClass: storageClassOf(headers),
    tags: retags ? tagsOf(headers) : source.object.tags,
    checksum: await checksumOf(headers['x-amz-checksum-algorithm'], source.object),
  };
  const written = replaceObject(s3, request, object, 'ObjectCreated:Copy');
  return xmlResponse(
    'CopyObjectResult',
    {
      ETag: object.etag,
      LastModified: isoTime(object.lastModified),
      ...checksumMembers(object.checksum),
    },
    { ...ENCRYPTED, ...source.headers, ...written },
  );
};

/** Tags come along only for those who may read and write them ("CopyObject", "Permissions"). @throws {ServiceError} AccessDenied */
function requireTagRights({ bucket, key, refusal }: S3Request, source: CopySource): void {
  if (source.object.tags.length === 0) return;
  const denied =
    refusal?.('s3:GetObjectTagging', `arn:aws:s3:::${source.bucket}/${source.key}`) ??
    refusal?.('s3:PutObjectTagging', `arn:aws:s3:::${bucket}/${key}`);
  if (denied) throw denied;
}

function directive(headers: S3Request['headers'], name: string): Directive {
  const value = headers[name] ?? 'COPY';
  const known = DIRECTIVES.find((candidate) => candidate === value);
  if (!known) {
    throw invalidArgument(name, value, `Unknown ${name}`);
  }
  return known;
}

/**
 * That the storage class is named is a change, be it the one that the object has; the default is none. Recorded. A version
 * that is named is restored by the copy.
 */
function refuseNoChange({ bucket, key, headers }: S3Request, source: CopySource, metadata: Directive): void {
  const changes =
    source.isNamedVersion ||
    metadata === 'REPLACE' ||
    headers['x-amz-server-side-encryption'] !== undefined ||
    headers[REDIRECT] !== undefined ||
    headers['x-amz-storage-class'] !== undefined;
  if (source.bucket === bucket && source.key === key && !changes) {
    throw s3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
}

/** The redirect location is never copied; a new one may be given along. */
function copiedHeaders({ headers }: S3Request, source: StoredObject): Record<string, string> {
  const { [REDIRECT]: _, ...copied } = source.headers;
  const redirect = headers[REDIRECT];
  return redirect === undefined ? copied : { ...copied, [REDIRECT]: redirect };
}

/** A copy is one upload, whatever its source was: its entity tag is the MD5 of its bytes. */
async function etagOf(source: StoredObject): Promise<string> {
  return source.parts ? `"${await md5(source.content)}"` : source.etag;
}

/** The copy keeps the source's algorithm unless told another; its checksum is over the full object. */
async function checksumOf(requested: string | undefined, source: StoredObject): Promise<Checksum> {
  const algorithm = requested === undefined ? source.checksum.algorithm : parseAlgorithm(requested);
  const kept = source.checksum.algorithm === algorithm && source.checksum.type === 'FULL_OBJECT';
  return kept ? source.checksum : fullObjectChecksum(algorithm, source.content);
}

async function md5(content: Content): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of content.chunks()) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}
