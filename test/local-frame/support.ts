// Starts local clouds for these tests: real S3, DynamoDB and Lambda behind a real port; Step Functions that only remembers.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { startCloud } from '../../local/cloud.ts';
import type { LocalCloud, LocalCloudOptions } from '../../local/cloud-types.ts';
import type { StateMachineDefinition } from '../../local/cloudformation/resources/index.ts';
import { createDynamoDb } from '../../local/dynamodb/index.ts';
import type { Gate } from '../../local/gate.ts';
import { createS3 } from '../../local/s3/index.ts';
import { DEFAULT_IDENTITY, type LocalRequest, type LocalResponse } from '../../local/service.ts';
import type { StatesService } from '../../local/services.ts';

export const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:';

/** A running cloud, and what its Step Functions was told. */
export interface TestCloud extends LocalCloud {
  readonly machines: readonly StateMachineDefinition[];
  /** The bodies of the StartExecution calls that were applied. */
  readonly started: readonly string[];
  /** What a state machine calls other services with. */
  readonly dispatch: (service: 's3' | 'dynamodb' | 'lambda', request: LocalRequest) => Promise<LocalResponse>;
}

/** A cloud that stops when the test does. */
export async function start(options: LocalCloudOptions = {}): Promise<TestCloud> {
  const machines: StateMachineDefinition[] = [];
  const started: string[] = [];
  let dispatch: Gate['dispatch'] | undefined;
  const cloud = await startCloud(
    { warmUp: false, ...options },
    {
      createS3,
      createDynamoDb,
      createStates(given) {
        dispatch = given.dispatch;
        return rememberingStates(machines, started);
      },
    },
  );
  onTestFinished(cloud.stop);
  return {
    ...cloud,
    machines,
    started,
    dispatch: (service, request) => (dispatch as Gate['dispatch'])(service, request),
  };
}

function rememberingStates(machines: StateMachineDefinition[], started: string[]): StatesService {
  return {
    name: 'states',
    async accept(request) {
      const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
      const subject = operation === 'StartExecution' ? '' : (await buffer(request.body)).toString();
      return {
        operation,
        subject,
        perform: async () => {
          if (operation === 'Explode') throw new TypeError('a defect');
          started.push(subject || (await buffer(request.body)).toString());
          return { status: 200, body: '{}' };
        },
      };
    },
    errorResponse: (error) => ({
      status: error.status,
      body: JSON.stringify({ __type: error.code, message: error.message }),
    }),
    createStateMachine(machine) {
      machines.push(machine);
      return { stateMachineArn: STATE_MACHINE_ARN + machine.name };
    },
    close: async () => undefined,
  };
}

/** A folder with these files, gone after the test. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'local-frame-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

/** A template resource of a function with inline code. */
export function inlineFunction(source: string, properties: object = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'fn',
      Handler: 'index.handler',
      Runtime: 'nodejs20.x',
      Code: { ZipFile: source },
      ...properties,
    },
  };
}

/** A cloud with one function, `fn`. */
export function startWithFunction(
  source: string,
  properties: object = {},
  options: LocalCloudOptions = {},
): Promise<TestCloud> {
  return start({ ...options, template: { Resources: { Fn: inlineFunction(source, properties) } } });
}

/** An `onLog` that tells when a line has come a number of times. */
export function watchLines() {
  const counts = new Map<string, number>();
  const waiting: { line: string; times: number; resolve: () => void }[] = [];
  return {
    onLog: (_functionName: string, line: string): void => {
      counts.set(line, (counts.get(line) ?? 0) + 1);
      for (const waiter of waiting) if (counts.get(waiter.line) === waiter.times) waiter.resolve();
    },
    seen: (line: string, times: number): Promise<void> =>
      new Promise((resolve) => {
        if ((counts.get(line) ?? 0) >= times) resolve();
        else waiting.push({ line, times, resolve });
      }),
  };
}

export interface InvokeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed answer; undefined when it is empty. */
  readonly payload: unknown;
}

export async function invoke(
  cloud: LocalCloud,
  event: unknown = {},
  headers: Record<string, string> = {},
  name = 'fn',
): Promise<InvokeAnswer> {
  const response = await fetch(`${cloud.endpoint}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    headers,
    body: typeof event === 'string' ? event : JSON.stringify(event),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    payload: text === '' ? undefined : JSON.parse(text),
  };
}

/** A request with exactly these headers, which fetch would not let through. */
export function request(
  cloud: TestCloud,
  options: http.RequestOptions,
  body: string | Buffer = '',
): Promise<{ status: number | undefined; headers: http.IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = http.request(cloud.endpoint, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Client settings for an SDK: this cloud, one attempt a call. */
export function clientOptions(cloud: LocalCloud) {
  return {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.credentials,
    maxAttempts: 1,
  };
}

export const identity = DEFAULT_IDENTITY;
