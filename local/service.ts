// What a service of the local cloud is: it accepts a request, says which call it is, and performs it.
// Naming a call and performing it are apart, so that faults can be injected between the two.

import type { Readable } from 'node:stream';

export type ServiceName =
  | 's3'
  | 'dynamodb'
  | 'states'
  | 'lambda'
  | 'ssm'
  | 'sqs'
  | 'events'
  | 'logs'
  | 'cloudformation';

/** An HTTP request to a service, or the same made in memory by another service. */
export interface LocalRequest {
  readonly method: string;
  /** As sent: still percent-encoded, with the leading slash, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Not read yet. A fault that defers the call replaces it by a buffered copy, so read it in `perform` or wholly in `accept`. */
  body: Readable;
  /** As whom a request in memory is made. One from HTTP is told by its access key. */
  readonly caller?: RoleSession;
  /** Aborted once whoever asks does not wait for the answer any more. Absent: that is not known. */
  readonly gone?: AbortSignal;
}

/** A role in use: on AWS `arn:aws:sts::{account}:assumed-role/{role}/{sessionName}`. */
export interface RoleSession {
  readonly roleArn: string;
  readonly sessionName: string;
}

export interface LocalResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/**
 * Why the caller may not do something (`s3:DeleteObject` on an ARN); undefined if it may. For rights that show only while
 * a call is performed, or that only a part of it needs.
 */
export type Refusal = (action: string, resource: string) => ServiceError | undefined;

/** A call of a service, be it by HTTP or by another service, as it is about to be performed. */
export interface ObservedCall {
  readonly service: ServiceName;
  /** AWS's name of the operation: `PutObject`, `TransactWriteItems`, `Invoke`. */
  readonly operation: string;
  /** What faults match: `bucket/key`, the JSON body, or function name and payload. */
  readonly subject: string;
  /** Settles once the call is answered, also by a fault. Never rejects. */
  readonly ended: Promise<void>;
}

/** One API call, understood but not yet performed. */
export interface Call {
  /** AWS's name of the operation: `PutObject`, `TransactWriteItems`, `Invoke`. */
  readonly operation: string;
  /** What the call is about, for faults to match: `bucket/key`, the JSON body, or function name and payload. */
  readonly subject: string;
  /**
   * Performs the call. Errors that AWS documents are thrown as {@link ServiceError} or answered.
   * @param refusal - absent: the caller may do everything
   */
  perform(refusal?: Refusal): Promise<LocalResponse>;
}

export interface Service {
  readonly name: ServiceName;
  /** @throws {ServiceError} when the request is not a call of this service */
  accept(request: LocalRequest): Promise<Call>;
  /** The error as this service's protocol writes it, so that an SDK throws its typed exception. */
  errorResponse(error: ServiceError): LocalResponse;
  /** What lets the page of another origin that made this request read the answer. Absent: every page may. */
  crossOriginHeaders?(request: LocalRequest): Readonly<Record<string, string>>;
  close?(): Promise<void>;
}

/** An error that a service answers with, by AWS's name. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  /** HTTP status: 4xx blames the caller, 5xx the service. */
  readonly status: number;
  /** Further modelled members of the error (`CancellationReasons`, `Item`). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** The values that stand for an account in ARNs and pseudo parameters. */
export interface CloudIdentity {
  readonly accountId: string;
  readonly region: string;
}

export const DEFAULT_IDENTITY: CloudIdentity = { accountId: '000000000000', region: 'us-east-1' };

/** Any credentials do for requests that are signed in their headers; these are handed out, and sign presigned URLs. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;
