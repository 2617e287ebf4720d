// Puts the local cloud together: clock, services, the gate before them, the server before that, and the stacks in them.

import { createAdmin } from './admin.ts';
import { type Clock, createClock } from './clock.ts';
import { type DeployedStack, deployStacks, loadAssembly, loadTemplate } from './cloudformation/index.ts';
import { openDataDirectory } from './data/index.ts';
import type { NewEvent } from './events/index.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGate, type Gate, type ObservedCall } from './gate.ts';
import { createGuard, createRefusals, createRoles } from './iam/index.ts';
import { type HttpServer, listen } from './server.ts';
import { type CloudIdentity, DEFAULT_IDENTITY, LOCAL_CREDENTIALS } from './service.ts';
import { createServices, openStorage, type ServiceFactories, type Storage } from './services.ts';
import { checkPageOrigins } from './visitors.ts';

export interface LocalCloudOptions {
  /** The folder that `cdk synth` wrote (`cdk.out`): all its stacks are deployed. */
  readonly assembly?: string;
  /** A template, or the path of one in JSON; deployed as the stack `stackName`. */
  readonly template?: object | string;
  /** Default `local`. */
  readonly stackName?: string;
  /** Values for parameters of the templates that have no default. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Default 0: a free one. */
  readonly port?: number;
  /**
   * The folder in which objects, tables and executions are kept, across restarts and kills; made if it is not there. The
   * templates that are deployed next update what is in it. Default: all is in memory.
   */
  readonly data?: string;
  /** How many seconds of the cloud's waits pass in one real second. Default 1. */
  readonly timeScale?: number;
  /**
   * How many executions that have ended are kept, with their histories; the first to end go first, and their names are
   * free again. Default 10,000.
   */
  readonly keepExecutions?: number;
  /** The smallest part of an upload but for its last, in bytes. Default 5 MiB as on AWS; less makes a test of parts quick. */
  readonly minPartBytes?: number;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /**
   * Whether calls of functions and state machines are checked against the policies of their roles. Default true. Calls
   * from outside never are.
   */
  readonly iam?: boolean;
  /**
   * Whose pages may call every service from a browser: origins with one `*` at most. Other pages get to the objects of
   * buckets whose CORS rules let them, and to nothing else. Default: none.
   */
  readonly pageOrigins?: readonly string[];
  /** Whether functions are loaded ahead of their first invocation. Default true. */
  readonly warmUp?: boolean;
  /** Called with every line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** Called with every call of a service, as it is about to be performed: the cloud's own, functions' and those from outside. */
  readonly onCall?: (call: ObservedCall) => void;
  /** Told of defects of the local cloud itself: what answered a request with an internal error. */
  readonly onError?: (error: unknown) => void;
}

export interface LocalResource {
  readonly type: string;
  /** What `Ref` answers: a bucket's, table's or function's name, a state machine's ARN. */
  readonly physicalId: string;
}

/** A running local cloud. */
export interface LocalCloud extends AsyncDisposable {
  /** `http://127.0.0.1:{port}`, for all services. */
  readonly endpoint: string;
  readonly region: string;
  /** Any credentials do; these are as good as others. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The environment variables with which SDKs and the AWS CLI use this cloud. */
  readonly env: Readonly<Record<string, string>>;
  /** The stacks' outputs: stack name, output key, value. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By logical id; `{stack}/{logicalId}` where a stack before has the same one. */
  readonly resources: Readonly<Record<string, LocalResource>>;
  /** What the templates ask for and the local cloud does not do: `{logicalId} ({type}): {property}`. */
  readonly ignored: readonly string[];
  readonly clock: Clock;
  readonly faults: Faults;
  /** The newest lines that a function wrote, oldest first. */
  logs(functionName: string): readonly string[];
  /** Ends everything: server, connections, executions, functions, pending late calls. What was stored in memory is gone. */
  stop(): Promise<void>;
}

/**
 * @throws {DeploymentError} when a stack cannot be deployed; nothing is left running
 * @throws {DataError} when the data folder cannot be used
 */
export async function startCloud(given: LocalCloudOptions, factories: ServiceFactories): Promise<LocalCloud> {
  const options = {
    ...given,
    onLog: warningOf(given.onLog),
    onCall: warningOf(given.onCall),
    onError: warningOf(given.onError),
  };
  const identity = {
    region: options.region ?? DEFAULT_IDENTITY.region,
    accountId: options.accountId ?? DEFAULT_IDENTITY.accountId,
  };
  const pageOrigins = checkPageOrigins(options.pageOrigins ?? []);
  const clock = createClock(options.timeScale);
  const faults = createFaults();
  const sources = await loadSources(options);
  const data = options.data === undefined ? undefined : openDataDirectory(options.data, identity);
  const closers: (() => Promise<void>)[] = [];
  const stop = stopper(closers, () => data?.close());
  try {
    const stacks: DeployedStack[] = [];
    let gate: Gate | undefined;
    let storage: Storage | undefined;
    let tellBus: ((event: NewEvent) => void) | undefined;
    const dispatch: Gate['dispatch'] = (service, request) =>
      gate?.dispatch(service, request) ?? Promise.reject(new Error('The local cloud is starting'));
    const admin = createAdmin({
      faults,
      clock,
      health: () => ({ region: identity.region, stacks: stacks.map(({ name }) => name) }),
    });
    const server = await listen({
      port: options.port ?? 0,
      dispatch,
      admin,
      visitors: {
        pageOrigins,
        bucketLets: (request, origin) => storage?.s3.letsPage(request, origin) ?? false,
      },
      errorResponse: (service, error) => {
        if (!gate) throw new Error('The local cloud is starting');
        return gate.errorResponse(service, error);
      },
      onError: options.onError,
    });
    closers.push(server.close);
    const env = environmentOf(server, identity);
    const roles = options.iam === false ? undefined : createRoles(identity);
    storage = await openStorage(
      factories,
      {
        clock,
        identity,
        dispatch,
        onError: options.onError,
        keepExecutions: options.keepExecutions,
        onStatus: (event) => tellBus?.(event),
        minPartBytes: options.minPartBytes,
        secretOf: (key) =>
          key === LOCAL_CREDENTIALS.accessKeyId ? LOCAL_CREDENTIALS.secretAccessKey : roles?.secretOf(key),
        refusalOf: roles && createRefusals('states', roles, identity),
      },
      data,
    );
    const services = createServices({
      storage,
      clock,
      identity,
      dispatch,
      env,
      stacks,
      roles,
      onLog: options.onLog,
      onError: options.onError,
    });
    tellBus = services.all.events.put;
    const guard = roles && createGuard(roles, identity);
    gate = createGate({
      services: services.all,
      faults,
      clock,
      guard,
      onCall: options.onCall,
      onError: options.onError,
    });
    const { states, lambda, dynamodb, s3, events } = services.all;
    // Who calls before who is called: no execution or function finds a service that is gone.
    closers.push(
      events.close,
      states.close,
      services.streams.close,
      lambda.close,
      gate.close,
      dynamodb.close,
      s3.close,
      services.code.close,
    );
    stacks.push(...(await deployStacks(sources, services.target, new Date(clock.now()))));
    if (options.warmUp !== false) services.all.lambda.warm();
    return {
      endpoint: server.endpoint,
      region: identity.region,
      credentials: LOCAL_CREDENTIALS,
      env,
      outputs: outputsOf(stacks),
      resources: resourcesOf(stacks),
      ignored: stacks.flatMap(({ ignored }) => ignored),
      clock,
      faults,
      logs: services.all.lambda.logs,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function loadSources({ assembly, template, stackName = 'local', parameters }: LocalCloudOptions) {
  const sources = [
    ...(assembly === undefined ? [] : await loadAssembly(assembly)),
    ...(template === undefined ? [] : [await loadTemplate(template, stackName)]),
  ];
  return sources.map((source) => ({ ...source, parameters: { ...source.parameters, ...parameters } }));
}

/** Closes in order, once, everything even if one of them fails; then throws what the first failure was. */
function stopper(closers: readonly (() => Promise<void>)[], last: () => void): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const close of closers) {
      await close().catch((error: unknown) => failures.push(error));
    }
    last();
    if (failures.length > 0) throw failures[0];
  };
  return () => {
    stopped ??= stop();
    return stopped;
  };
}

function environmentOf({ endpoint }: HttpServer, { region }: CloudIdentity): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  };
}

function outputsOf(stacks: readonly DeployedStack[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    stacks.map(({ name, outputs }) => [
      name,
      Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
    ]),
  );
}

function resourcesOf(stacks: readonly DeployedStack[]): Record<string, LocalResource> {
  const found: Record<string, LocalResource> = {};
  for (const { name, resources } of stacks) {
    for (const { logicalId, type, physicalId } of resources) {
      found[Object.hasOwn(found, logicalId) ? `${name}/${logicalId}` : logicalId] = { type, physicalId };
    }
  }
  return found;
}

/** The listener, whose own failures are warnings: nobody has called it who could be told, and they must not end the process. */
function warningOf<Event extends readonly unknown[]>(
  listener: ((...event: Event) => void) | undefined,
): ((...event: Event) => void) | undefined {
  if (listener === undefined) return undefined;
  const tell = async (event: Event): Promise<void> => listener(...event);
  return (...event) => {
    tell(event).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error));
    });
  };
}
