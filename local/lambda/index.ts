// The local Lambda: functions of a template, run in worker threads behind the API that SDKs and Step Functions call.

import type { Clock } from '../clock.ts';
import type { MetricName } from '../monitoring/types.ts';
import { type CloudIdentity, type Service, ServiceError } from '../service.ts';
import { runtimeVariables } from './environment.ts';
import { lambdaErrorResponse } from './errors.ts';
import { type DeployedFunction, invoke } from './invoke.ts';
import { createLog } from './log.ts';
import { acceptRequest, type Functions } from './operations.ts';
import { createPool } from './pool.ts';
import type { FunctionDefinition } from './types.ts';

export type { FunctionDefinition } from './types.ts';

export interface Lambda extends Service {
  /** @throws {Error} when the name is taken */
  createFunction(definition: FunctionDefinition): { functionArn: string };
  /** Starts one environment of each function in the background, so that first invocations find it warm. */
  warm(): void;
  /** The newest lines that a function wrote, oldest first. */
  logs(functionName: string): readonly string[];
  close(): Promise<void>;
}

export interface LambdaOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Environment variables of every function: region, credentials and endpoint of the cloud. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables of one function: the credentials of its role. */
  readonly credentialsOf?: (definition: FunctionDefinition) => Readonly<Record<string, string>>;
  /** Environments of one function at a time; more invocations wait. Default 10. */
  readonly maxEnvironments?: number;
  /** Called with every line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** Told of what CloudWatch counts of invocations. */
  readonly onMetric?: (metric: MetricName, value: number) => void;
}

export function createLambda(options: LambdaOptions): Lambda {
  const functions = new Map<string, DeployedFunction>();
  const closing = new AbortController();

  const deploy = (definition: FunctionDefinition): DeployedFunction => {
    const log = createLog((line) => options.onLog?.(definition.name, line));
    const cloud = { ...options.variables, ...options.credentialsOf?.(definition) };
    const variables = runtimeVariables(definition, cloud);
    const pool = createPool(definition, variables, log.write, options.maxEnvironments ?? 10);
    return { definition, arn: arnOf(options.identity, definition.name), log, pool };
  };

  const operands: Functions = {
    all: () => [...functions.values()],
    find({ name, qualifier }) {
      const found = functions.get(name);
      if (found && (qualifier === undefined || qualifier === '$LATEST')) return found;
      const arn = arnOf(options.identity, qualifier === undefined ? name : `${name}:${qualifier}`);
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    },
    invoke: (target, request) =>
      invoke(target, request, { clock: options.clock, closing: closing.signal, onMetric: options.onMetric }),
  };

  return {
    name: 'lambda',
    accept: (request) => acceptRequest(operands, request),
    errorResponse: lambdaErrorResponse,
    createFunction(definition) {
      if (functions.has(definition.name)) throw new Error(`function ${definition.name} exists already`);
      const deployed = deploy(definition);
      functions.set(definition.name, deployed);
      return { functionArn: deployed.arn };
    },
    warm() {
      for (const { pool } of functions.values()) pool.warm();
    },
    logs: (functionName) => functions.get(functionName)?.log.lines() ?? [],
    async close() {
      closing.abort(new Error('The local cloud is stopping'));
      await Promise.all([...functions.values()].map(({ pool }) => pool.close()));
    },
  };
}

function arnOf({ region, accountId }: CloudIdentity, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}
