// What each attempt of a task leaves in the log: one line of JSON that names run, item and attempt and says how it ended. Never
// what is written, nor what an error says of it (docs/security.md).

import type { Store } from '../core/contract/store-types.ts';
import { isWay, SagaError } from '../core/errors/errors.ts';
import { parseObjectKey } from '../core/keys/object-key.ts';
import { failureOf } from './failures.ts';

/** What a state machine tells of an attempt for its line; those of earlier versions do not. */
export interface LoggedEvent {
  readonly log?: {
    /** The execution's name, which begins with its operation unless the caller has named it. */
    readonly run: string;
    /** From 1, anew after each redrive. */
    readonly attempt: number;
    readonly redrive?: number;
  };
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * Writes lines of JSON with `level`, `message`, `timestamp`, from the level on that the function's settings ask for
 * (`AWS_LAMBDA_LOG_LEVEL`). Past the runtime's `console`, which would put each into a record of its own.
 */
export const logger = { info: writer('INFO'), warn: writer('WARN'), error: writer('ERROR') } as const;

/** Lambda has it as the file and the function's name in it. */
const TASK = process.env._HANDLER?.split('.')[0];
/** A partition key may have 2,048 bytes: the beginning is enough to find it. */
const SHOWN_CHARACTERS = 256;

/**
 * Runs an attempt, and writes its line: `info` when it is done or says which way the saga takes, `warn` for another answer of the
 * protocol, else `error`.
 */
export async function logged<Result>(
  event: LoggedEvent,
  store: Store,
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAt = Date.now();
  const line = () => ({
    task: TASK,
    ...event.log,
    item: itemOf(event, store),
    milliseconds: Date.now() - startedAt,
  });
  try {
    const result = await work();
    logger.info('done', line());
    return result;
  } catch (error) {
    if (error instanceof SagaError) {
      logger[isWay(error.name) ? 'info' : 'warn']('answered', {
        ...line(),
        answer: error.name,
        code: error.details.code,
      });
    } else {
      const { code, status } = failureOf(error);
      logger.error('failed', { ...line(), failure: code, status });
    }
    throw error;
  }
}

/** The item's key as a person writes it, `id=42, at=7`, from wherever the task's event has it. */
function itemOf(event: object, store: Store): string | undefined {
  const { key, plan, input, put } = event as {
    readonly key?: unknown;
    readonly plan?: { readonly key?: unknown };
    readonly input?: { readonly key?: unknown } | null;
    readonly put?: { readonly key?: unknown };
  };
  const item = key ?? plan?.key ?? input?.key ?? keyOfObject(put?.key, store);
  if (typeof item !== 'object' || item === null) return undefined;
  const { partitionKey, sortKey } = store.key;
  const parts = [partitionKey, sortKey].flatMap((attribute) =>
    attribute !== undefined && Object.hasOwn(item, attribute.name)
      ? `${attribute.name}=${textOf((item as Readonly<Record<string, unknown>>)[attribute.name])}`
      : [],
  );
  return parts.length > 0 ? parts.join(', ').slice(0, SHOWN_CHARACTERS) : undefined;
}

/** The object of a put names its item. */
function keyOfObject(objectKey: unknown, store: Store): Readonly<Record<string, unknown>> | undefined {
  const parts = typeof objectKey === 'string' ? parseObjectKey(store, objectKey) : undefined;
  if (parts === undefined) return undefined;
  const { partitionKey, sortKey } = store.key;
  return { [partitionKey.name]: parts.pk, ...(sortKey && { [sortKey.name]: parts.sk }) };
}

/** A key's value is plain in an input, and typed (`{ S: '42' }`) elsewhere. */
function textOf(value: unknown): string {
  const plain = typeof value === 'object' && value !== null ? Object.values(value)[0] : value;
  return typeof plain === 'string' ? plain : (JSON.stringify(plain) ?? '');
}

function writer(level: string): (message: string, fields: Readonly<Record<string, unknown>>) => void {
  return (message, fields) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? 'INFO')) return;
    const line = { level, message, timestamp: new Date().toISOString(), service: 'twinwrite' };
    process.stdout.write(`${JSON.stringify({ ...line, xray_trace_id: traceId(), ...fields })}\n`);
  };
}

/** Of the trace that this invocation belongs to (Lambda Developer Guide, "Defined runtime environment variables"). */
function traceId(): string | undefined {
  return /(?:^|;)Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1];
}
