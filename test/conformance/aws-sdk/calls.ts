// Sends a vector's calls through the AWS SDK, and reads errors as they came over the wire: the SDK drops what it has no
// model of.

import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as dynamodbstreams from '@aws-sdk/client-dynamodb-streams';
import * as s3 from '@aws-sdk/client-s3';
import { XMLParser } from 'fast-xml-parser';
import { givenResult, sentHeaders, sentParams } from './recording-sdk.ts';
import type { VectorService } from './vector.ts';

/** What a call came to. */
export type Answer =
  | { readonly status: number; readonly result: Readonly<Record<string, unknown>>; readonly error?: never }
  | {
      readonly status: number;
      /** All of S3's error document; code and message of DynamoDB's. */
      readonly error: Readonly<Record<string, unknown>>;
      /** What DynamoDB's error has beside. */
      readonly more: Readonly<Record<string, unknown>>;
      readonly result?: never;
    };

export interface Caller {
  send(service: VectorService, operation: string, params: Record<string, unknown>): Promise<Answer>;
  destroy(): void;
}

interface Command {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { readonly step: 'deserialize'; readonly priority: 'low' }): void;
  };
}
interface WireResponse {
  readonly statusCode: number;
  body: Readable;
}
interface WireRequest {
  headers: Record<string, string>;
}
type Handler = (args: { readonly request: WireRequest }) => Promise<{ readonly response: WireResponse }>;
type Middleware = (next: Handler) => Handler;
interface Client {
  send(command: Command): Promise<Record<string, unknown>>;
  destroy(): void;
}
type Sdk = Readonly<Record<string, unknown>>;

const SDKS: Readonly<Record<VectorService, Sdk>> = { s3, dynamodb, dynamodbstreams };
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false });

/** Clients that send a call once, to this endpoint. */
export function createCaller(endpoint: string): Caller {
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  };
  // Which client takes which command is the vector's to know.
  const clients = {
    s3: new s3.S3Client({ ...settings, forcePathStyle: true }),
    dynamodb: new dynamodb.DynamoDBClient(settings),
    dynamodbstreams: new dynamodbstreams.DynamoDBStreamsClient(settings),
  } as unknown as Readonly<Record<VectorService, Client>>;
  return {
    send: async (service, operation, params) => {
      const command = commandOf(service, operation, sentParams(operation, params));
      let status = 0;
      let body: string | undefined;
      command.middlewareStack.add(
        (next) => async (args) => {
          args.request.headers = sentHeaders(params, args.request.headers);
          const outcome = await next(args);
          const { response } = outcome;
          status = response.statusCode;
          if (status >= 300) {
            body = await text(response.body);
            response.body = Readable.from([body], { objectMode: false });
          }
          return outcome;
        },
        { step: 'deserialize', priority: 'low' },
      );
      try {
        const { $metadata: _, ...result } = await clients[service].send(command);
        return { status, result: givenResult(operation, params, await withBody(result)) };
      } catch (cause) {
        if (body === undefined) throw cause;
        return { status, ...(service === 's3' ? s3Error(status, body) : jsonError(service, body)) };
      }
    },
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** What `call` names, as a command of the SDK. */
function commandOf(service: VectorService, operation: string, params: Record<string, unknown>): Command {
  const type = SDKS[service][`${operation}Command`] as (new (input: unknown) => Command) | undefined;
  if (type === undefined) throw new Error(`the SDK has no ${service} ${operation}`);
  return new type(params);
}

async function withBody(result: Record<string, unknown>): Promise<Record<string, unknown>> {
  return result.Body instanceof Readable
    ? { ...result, Body: (await buffer(result.Body)).toString() }
    : result;
}

/** An answer without a document, as to a HEAD, is told by its status. */
function s3Error(status: number, body: string): { error: Record<string, unknown>; more: object } & Answer {
  const document =
    body === '' ? undefined : (parser.parse(body) as { Error?: Record<string, unknown> }).Error;
  const {
    RequestId: _,
    HostId: __,
    ...error
  } = document ?? {
    Code: String(status),
    Message: STATUS_CODES[status],
  };
  return { status, error, more: {} };
}

/** A `message` in lower case is told twice, of errors that the service's model has. */
function jsonError(service: VectorService, body: string): Pick<Answer & { error: object }, 'error' | 'more'> {
  const { __type, message, Message, ...more } = JSON.parse(body) as Record<string, unknown>;
  const Code = String(__type).split('#').at(-1) ?? '';
  const again = Code in SDKS[service] && message !== undefined ? { message } : {};
  return { error: { Code, Message: message ?? Message }, more: { ...more, ...again } };
}
