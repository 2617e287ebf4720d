// Puts the local cloud together: clock, services, the gate before them, the server before that, and the stacks in them.

import { createAdmin } from './admin.ts';
import { createClock } from './clock.ts';
import type { LocalCloud, LocalCloudOptions, LocalResource } from './cloud-types.ts';
import { type DeployedStack, deployStacks, loadAssembly, loadTemplate } from './cloudformation/index.ts';
import { openDataDirectory } from './data/index.ts';
import type { NewEvent } from './events/index.ts';
import { createFaults } from './faults.ts';
import { createGate, type Gate } from './gate.ts';
import { createGuard, createRefusals, createRoles } from './iam/index.ts';
import { createCloudWatch } from './monitoring/index.ts';
import { type HttpServer, listen } from './server.ts';
import { type CloudIdentity, DEFAULT_IDENTITY, LOCAL_CREDENTIALS } from './service.ts';
import { createServices, openStorage, type ServiceFactories, type Storage } from './services.ts';
import { checkPageOrigins } from './visitors.ts';

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
  const monitoring = createCloudWatch(clock);
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
        onEvent: monitoring.executionEvent,
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
      endpoint: server.endpoint,
      stacks,
      roles,
      monitoring,
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
    const { states, lambda, dynamodb, s3, sqs, events } = services.all;
    // Who calls before who is called: no execution or function finds a service that is gone.
    closers.push(
      services.scheduler.close,
      events.close,
      states.close,
      ...services.mappings.map(({ close }) => close),
      sqs.close,
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
      monitoring: { metrics: monitoring.metrics, sum: monitoring.sum, alarms: monitoring.alarms },
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
    AWS_DEFAULT_REGION: region, // boto3's and the AWS CLI's
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
