// Step Functions of the local cloud behind a real HTTP port and the AWS SDK, with a clock and a Lambda of the test's.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Clock } from '../../local/clock.ts';
import {
  type CloudIdentity,
  type LocalRequest,
  type LocalResponse,
  ServiceError,
  type ServiceName,
} from '../../local/service.ts';
import { type Evaluator, sharedEvaluator } from '../../local/states/expressions/evaluator.ts';
import { createStates, type States, type StatesOptions } from '../../local/states/index.ts';

export const IDENTITY: CloudIdentity = { accountId: '111111111111', region: 'us-east-1' };
export const ROLE_ARN = 'arn:aws:iam::111111111111:role/states';
export const MACHINE_ARN = 'arn:aws:states:us-east-1:111111111111:stateMachine:sm';
export const EXECUTION_ARN = 'arn:aws:states:us-east-1:111111111111:execution:sm:exec';

export type Dispatch = (service: ServiceName, request: LocalRequest) => Promise<LocalResponse>;

export interface StatesServer extends AsyncDisposable {
  readonly sfn: SFNClient;
  readonly states: States;
  /** Whether expressions are being evaluated: until they are, no time of a test's clock must pass. */
  evaluating(): boolean;
}

export async function startStates(
  clock: Clock,
  dispatch: Dispatch,
  options: Pick<StatesOptions, 'keepExecutions' | 'folder' | 'evaluator'> = {},
): Promise<StatesServer> {
  const { evaluator, evaluating } = watched(options.evaluator ?? sharedEvaluator());
  const states = createStates({ clock, identity: IDENTITY, dispatch, ...options, evaluator });
  const server = createServer((incoming, outgoing) => {
    const request: LocalRequest = {
      method: incoming.method ?? '',
      path: '/',
      query: new URLSearchParams(),
      headers: incoming.headers as Record<string, string>,
      body: incoming,
    };
    answer(states, request).then(({ status, headers, body }) => {
      outgoing.writeHead(status, headers);
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sfn = new SFNClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: IDENTITY.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    disableHostPrefix: true,
    maxAttempts: 1,
  });
  return {
    sfn,
    states,
    evaluating,
    [Symbol.asyncDispose]: async () => {
      sfn.destroy();
      await states.close();
      await stopServer(server);
    },
  };
}

function watched({ evaluate }: Evaluator) {
  let running = 0;
  const evaluator: Evaluator = {
    evaluate: (request) => {
      running += 1;
      return evaluate(request).finally(() => {
        running -= 1;
      });
    },
  };
  return { evaluator, evaluating: () => running > 0 };
}

async function answer(states: States, request: LocalRequest): Promise<LocalResponse & { body?: string }> {
  try {
    const call = await states.accept(request);
    return (await call.perform()) as LocalResponse & { body?: string };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return states.errorResponse(error) as LocalResponse & { body?: string };
  }
}

async function stopServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** The whole body of a request made in memory. */
export async function bodyOf(request: LocalRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(request.body)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
