// What the conformance tests need of the S3 that they run against: an endpoint, and a list of its known differences.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { CreateBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** An S3 to run the suite against. */
export interface Target {
  readonly name: string;
  /** Starts it, and tells where it is. */
  start(): Promise<{ endpoint: string; close(): Promise<void> }>;
  /** Tests that it is known to fail, by name, with the reason why AWS is with the test. Any that passes is an error. */
  readonly differences: Readonly<Record<string, string>>;
}

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';

/** What one group of tests works with. */
export interface Harness {
  readonly client: S3Client;
  readonly endpoint: string;
  /** Creates a bucket of its own for a test. */
  newBucket(): Promise<string>;
  test(name: string, body: () => Promise<void>): void;
}

export type TestGroup = (s3: Harness) => void;

/** Registers the groups' tests against a target. */
export function runGroups(target: Target, groups: Readonly<Record<string, TestGroup>>): void {
  describe(target.name, () => {
    const names = new Set<string>();
    let running: Awaited<ReturnType<Target['start']>> | undefined;
    let client: S3Client | undefined;

    beforeAll(async () => {
      running = await target.start();
      client = createClient(running.endpoint);
    });
    afterAll(async () => {
      client?.destroy();
      await running?.close();
    });

    const harness: Harness = {
      get client() {
        return required(client);
      },
      get endpoint() {
        return required(running).endpoint;
      },
      newBucket: async () => {
        const Bucket = `bucket-${randomUUID()}`;
        await required(client).send(new CreateBucketCommand({ Bucket }));
        return Bucket;
      },
      test: (name, body) => {
        names.add(name);
        (name in target.differences ? test.fails : test)(name, body);
      },
    };
    for (const [name, group] of Object.entries(groups)) {
      describe(name, () => group(harness));
    }
    test('every known difference is about a test of this suite', () => {
      expect(Object.keys(target.differences).filter((name) => !names.has(name))).toEqual([]);
    });
  });
}

/** A client with the SDK's defaults, but no retries: the suite wants to see each answer. */
export function createClient(endpoint: string, forcePathStyle = true): S3Client {
  return new S3Client({
    endpoint,
    forcePathStyle,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

/** The error that a call fails with. */
export async function failure(call: Promise<unknown>): Promise<S3ServiceException> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof S3ServiceException) {
    return outcome;
  }
  throw new Error('expected an S3ServiceException', { cause: outcome });
}

/** Name and HTTP status of the error that a call fails with: `NoSuchKey 404`. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  const error = await failure(call);
  return `${error.name} ${error.$metadata.httpStatusCode}`;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * A request as it stands: nothing is encoded or normalised, and its signature is none, so it is for targets that
 * do not verify them. Host, Content-Length and Authorization are added.
 * @param path with the query
 */
export async function rawRequest(
  endpoint: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = '',
): Promise<RawResponse> {
  const { hostname, port } = new URL(endpoint);
  const added = {
    'content-length': String(Buffer.byteLength(body)),
    ...(path.includes('X-Amz-Signature') ? {} : { authorization: AUTHORIZATION }),
  };
  const outgoing = request({
    hostname,
    port,
    method,
    path,
    headers: { ...added, ...headers },
    agent: false,
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk);
  }
  const received = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(received),
    text: Buffer.concat(chunks).toString(),
  };
}

/** Bytes that do not repeat soon, the same in each run. */
export function bytes(size: number, seed = 1): Uint8Array {
  const result = new Uint8Array(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    result[i] = state >>> 24;
  }
  return result;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('the target has not been started');
  }
  return value;
}
