// The gate that every call passes, from HTTP and from service to service alike: names the call, refuses it to a role that
// has no right to it, lets faults happen, performs it, and turns what is thrown into the service's own error.

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Clock } from './clock.ts';
import { corsHeaders } from './cors.ts';
import { CONNECTION_RESET, type Fault, type FaultSource, faultStatus, NO_ANSWER } from './faults.ts';
import type { Guard } from './iam/index.ts';
import {
  type Call,
  type LocalRequest,
  type LocalResponse,
  type ObservedCall,
  type Service,
  ServiceError,
  type ServiceName,
} from './service.ts';

export interface Gate {
  /**
   * Performs a request of a service. Errors are answers too.
   * @throws {ConnectionReset} when a fault breaks the connection
   */
  dispatch(service: ServiceName, request: LocalRequest): Promise<LocalResponse>;
  /** An error as the service writes it. */
  errorResponse(service: ServiceName, error: ServiceError): LocalResponse;
  /** Drops the calls that wait to land late; resolves when those that are landing have. */
  close(): Promise<void>;
}

export interface GateOptions {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly faults: FaultSource;
  readonly clock: Clock;
  /** Absent: everybody may do everything. */
  readonly guard?: Guard | undefined;
  /** Told of every call; one that a `late` fault deferred is told of again when it lands. */
  readonly onCall?: ((call: ObservedCall) => void) | undefined;
  /** Told of defects: what a service threw without meaning to. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The caller gets no answer: the connection closes. Has the `code` of the system's error. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
  readonly code = CONNECTION_RESET;
}

/** What each service calls an error of its own making. */
const INTERNAL_ERRORS: Readonly<Record<ServiceName, string>> = {
  s3: 'InternalError',
  dynamodb: 'InternalServerError',
  states: 'InternalServerException',
  lambda: 'ServiceException',
  ssm: 'InternalServerError',
  sqs: 'InternalError',
  events: 'InternalException',
  logs: 'ServiceUnavailableException',
  cloudformation: 'InternalFailure',
};

export function createGate(options: GateOptions): Gate {
  const { services, faults, clock, guard } = options;
  const closing = new AbortController();
  const landing = new Set<Promise<void>>();
  const unanswered = new Set<() => void>();

  const observed = <T>(service: ServiceName, { operation, subject }: Call, work: Promise<T>): Promise<T> => {
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    options.onCall?.({ service, operation, subject, ended });
    return work;
  };

  /** Until whoever called gives up, or the cloud stops. */
  const noAnswer = (message: string, gone: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      const end = (): void => {
        unanswered.delete(end);
        gone?.removeEventListener('abort', end);
        reject(new ConnectionReset(message));
      };
      if (gone?.aborted) return end();
      unanswered.add(end);
      gone?.addEventListener('abort', end);
    });

  const asAnswer = (service: Service, error: unknown): LocalResponse => {
    if (error instanceof ServiceError) return service.errorResponse(error);
    options.onError?.(error);
    const message = error instanceof Error ? error.message : String(error);
    return service.errorResponse(new ServiceError(INTERNAL_ERRORS[service.name], message, 500));
  };

  const performUnheard = async (service: Service, call: Call): Promise<void> => {
    const answer = await call.perform().catch((error: unknown) => asAnswer(service, error));
    if (answer.body instanceof Readable) answer.body.destroy();
  };

  const performLater = async (service: Service, call: Call, seconds: number): Promise<void> => {
    try {
      await clock.sleep(seconds * 1000, closing.signal);
    } catch {
      return; // The cloud stops: what has not landed yet never does.
    }
    await observed(service.name, call, performUnheard(service, call));
  };

  const suffer = async (fault: Fault, service: Service, call: Call, request: LocalRequest) => {
    if (fault.when === 'after') await performUnheard(service, call);
    if (fault.when === 'late') {
      request.body = await buffered(request.body);
      const landed = performLater(service, call, fault.lateSeconds);
      landing.add(landed);
      void landed.finally(() => landing.delete(landed));
    }
    const message = fault.message ?? `Injected fault: ${fault.error} ${fault.when} ${call.operation}`;
    if (fault.error === CONNECTION_RESET) throw new ConnectionReset(message);
    if (fault.error === NO_ANSWER) return noAnswer(message, request.gone);
    return service.errorResponse(new ServiceError(fault.error, message, faultStatus(fault)));
  };

  const answerOf = async (name: ServiceName, request: LocalRequest): Promise<LocalResponse> => {
    const service = services[name];
    try {
      const accepted = await service.accept(request);
      const call = guard ? guard(name, request, accepted) : accepted;
      const fault = faults.take(name, call);
      return await observed(name, call, fault ? suffer(fault, service, call, request) : call.perform());
    } catch (error) {
      if (error instanceof ConnectionReset) throw error;
      return asAnswer(service, error);
    }
  };

  return {
    async dispatch(name, request) {
      const answer = await answerOf(name, request);
      const leave = services[name].crossOriginHeaders?.(request) ?? corsHeaders(request);
      return { ...answer, headers: { ...answer.headers, ...leave } };
    },
    errorResponse: (name, error) => services[name].errorResponse(error),
    async close() {
      closing.abort();
      for (const end of [...unanswered]) end();
      await Promise.all(landing);
    },
  };
}

/** A body that outlives its connection. What `accept` has read already stays read. */
async function buffered(body: Readable): Promise<Readable> {
  return body.readableEnded ? body : Readable.from(await buffer(body));
}
