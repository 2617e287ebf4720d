// aws-sdk:s3:*: S3's calls as tasks, in the shapes and with the error names of the SDK for Java that AWS uses.

import type { Json, JsonObject } from '../../json.ts';
import { type Integration, TaskError } from '../integration.ts';
import { type Answer, call, expectAnswer } from '../response.ts';
import { S3_ACTIONS, type S3Action } from './actions.ts';
import { HEADERS, METADATA_PREFIX } from './places.ts';
import { requestOf } from './request.ts';
import { parseDocument, parseText, typed } from './wire.ts';

/** Error codes with a class of their own in the SDK for Java; any other shows as S3.S3Exception. */
const NAMED_ERRORS = new Set([
  'BucketAlreadyExists',
  'BucketAlreadyOwnedByYou',
  'EncryptionTypeMismatch',
  'IdempotencyParameterMismatch',
  'InvalidObjectState',
  'InvalidRequest',
  'InvalidWriteOffset',
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchUpload',
  'ObjectAlreadyInActiveTierError',
  'ObjectNotInActiveTierError',
  'TooManyParts',
]);

/** Actions whose answer describes an object: they have `Metadata`, be it empty. */
const DESCRIBING = new Set(['getObject', 'headObject']);

/** Headers of every answer that are members only of a description. */
const OF_DESCRIPTIONS = new Set(['ContentLength', 'ContentType', 'AcceptRanges']);

/** Every Resource of this file, by its name after `arn:aws:states:::`. */
export const s3Integrations: readonly (readonly [string, Integration])[] = Object.entries(S3_ACTIONS).map(
  ([name, action]) => [
    `aws-sdk:s3:${name}`,
    {
      events: 'Task',
      resource: name,
      resourceType: 'aws-sdk:s3',
      parameters: action.parameters,
      perform: async (input, dispatch) => {
        const request = requestOf(action, input as JsonObject);
        const answer = expectAnswer(await call(dispatch, 's3', request), 'S3');
        if (answer.status >= 300) throw failure(action, answer);
        return membersOf(name, action, answer);
      },
    },
  ],
);

function membersOf(name: string, action: S3Action, answer: Answer): Json {
  const describes = DESCRIBING.has(name);
  const found: JsonObject = {};
  for (const [member, header] of Object.entries(HEADERS)) {
    const value = answer.headers[header];
    if (value === undefined || (!describes && OF_DESCRIPTIONS.has(member))) continue;
    found[member] = typed(member, value);
  }
  if (describes) found.Metadata = metadataOf(answer);
  if (name === 'getObject') return { ...found, Body: answer.body };
  if (name === 'getBucketLocation') return { LocationConstraint: parseText(answer.body) };
  const document = parseDocument(answer.body);
  return action.result === '' ? { ...found, ...document } : { ...found, [action.result]: document };
}

function metadataOf({ headers }: Answer): JsonObject {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(METADATA_PREFIX))
      .map(([name, value]) => [name.slice(METADATA_PREFIX.length), value]),
  );
}

/** An answer to HEAD has no body: the SDK tells by what was missing, and knows no message. */
function failure({ method, target }: S3Action, answer: Answer): TaskError {
  const missing = target === 'object' ? 'NoSuchKey' : 'NoSuchBucket';
  const document = answer.body === '' ? {} : parseDocument(answer.body);
  const code = method === 'HEAD' && answer.status === 404 ? missing : String(document.Code ?? '');
  const name = NAMED_ERRORS.has(code) ? `${code}Exception` : 'S3Exception';
  const message = document.Message === undefined ? 'null' : String(document.Message);
  const extended = answer.headers['x-amz-id-2'] ?? '';
  const origin = `Service: S3, Status Code: ${answer.status}, Request ID: ${answer.requestId}, Extended Request ID: ${extended}`;
  return new TaskError(`S3.${name}`, `${message} (${origin})`);
}
