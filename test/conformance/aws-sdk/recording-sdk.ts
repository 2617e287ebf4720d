// The vectors were recorded with the AWS SDK for Python, boto3. What that one sends and answers elsewise than the one for
// JavaScript is evened out here, so that both the requests and the answers are those of the recordings.

type Values = Record<string, unknown>;

/** Listings that are asked for URL-encoded, and decoded again, unless their caller says something about it. */
const ENCODED_LISTINGS = new Set(['ListObjects', 'ListObjectsV2', 'ListObjectVersions']);
const ENCODED_NAMES = new Set([
  'Delimiter',
  'Key',
  'KeyMarker',
  'Marker',
  'NextKeyMarker',
  'NextMarker',
  'StartAfter',
]);
const ENCODED_V2_PREFIX = 'Prefix';
const BODIES = new Set(['PutObject', 'UploadPart']);
const PART_MARKERS = new Set(['PartNumberMarker', 'NextPartNumberMarker']);

/** The parameters with which this SDK sends what that one sends for `params`. */
export function sentParams(operation: string, params: Values): Values {
  return {
    ...(BODIES.has(operation) && { Body: new Uint8Array() }),
    ...(ENCODED_LISTINGS.has(operation) && { EncodingType: 'url' }),
    ...params,
    // That one encodes what is not encoded, this one leaves it to its caller.
    ...(params.CopySource !== undefined && { CopySource: encodePath(String(params.CopySource)) }),
  };
}

/**
 * That SDK gives no content type of its own, and sends texts as UTF-8 where this one takes Latin-1 only. Changed after the
 * signature, which the local cloud does not look at.
 */
export function sentHeaders(
  params: Values,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const sent = Object.entries(headers)
    .filter(([name, value]) => name !== 'content-type' || value === params.ContentType || isDocument(value))
    .map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]);
  return Object.fromEntries(sent);
}

/** The answer of this SDK as that one gives it. */
export function givenResult(operation: string, params: Values, result: Values): Values {
  const decodes = ENCODED_LISTINGS.has(operation) && !('EncodingType' in params);
  return given(result, (name, value) => {
    if (PART_MARKERS.has(name)) return Number(value);
    const isEncoded =
      ENCODED_NAMES.has(name) || (name === ENCODED_V2_PREFIX && operation === 'ListObjectsV2');
    return decodes && isEncoded ? decodeURIComponent(value.replaceAll('+', ' ')) : value;
  });
}

function given(result: Values, convert: (name: string, value: string) => unknown): Values {
  const convertValue = (name: string, value: unknown): unknown => {
    if (typeof value === 'string') return convert(name, value);
    if (Array.isArray(value)) return value.map((item) => convertValue(name, item));
    return isPlain(value) ? given(value, convert) : value;
  };
  return Object.fromEntries(
    Object.entries(result)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, convertValue(name, value)]),
  );
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function isPlain(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isDocument(contentType: string): boolean {
  return /^application\/(?:xml|x-amz-json-1\.\d)$/.test(contentType);
}
