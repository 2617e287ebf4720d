// The calls of the API: each is parsed, handed to audit/, and answered with what it gives.

import * as z from 'zod';
import {
  type AuditContext,
  describeItem,
  type KeyTexts,
  LANES,
  listRuns,
  OUTCOMES,
  previewReplay,
  type RunSummary,
  readRun,
  replay,
  resolveRun,
  stopRun,
  timeNow,
} from '../../audit/index.ts';
import { OPERATIONS, parseRun } from '../../core/keys/run.ts';
import { type Session, SINCES } from '../api.ts';
import { keyTextExample, parseKeyText } from '../key-text.ts';
import { definitionOf } from './definitions.ts';
import { Listings } from './listings.ts';
import { lookAtNewest } from './newest.ts';
import { Previews } from './previews.ts';
import { BadCall } from './problems.ts';
import { createRunMemory } from './run-memory.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Below `/api/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of a POST, parsed. */
  readonly body: unknown;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

export interface Api {
  /** What a call answers; undefined when there is no such call. */
  answer(call: Call): Promise<unknown> | undefined;
  close(): void;
}

type Handler = (call: Call, ...parts: string[]) => Promise<unknown>;

const HOUR_MS = 3_600_000;
const SINCE_MS: Readonly<Record<(typeof SINCES)[number], number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '14d': 14 * 24 * HOUR_MS,
};

const listSchema = z.strictObject({
  operation: z.enum(OPERATIONS).optional(),
  outcome: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(OUTCOMES)))
    .optional(),
  lane: z.enum(LANES).optional(),
  since: z.enum(SINCES).optional(),
  item: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().optional(),
  once: z.literal('true').optional(),
});
const replaySchema = z.strictObject({ preview: z.string() });
const stopSchema = z.strictObject({ cause: z.string().trim().min(1).max(1000) });

export function createApi(context: AuditContext, session: Session): Api {
  const { store } = context;
  const listings = new Listings<RunSummary>();
  const previews = new Previews();
  const known = createRunMemory();

  const keyIn = (text: string): KeyTexts => {
    const key = parseKeyText(text, store.key);
    if (key === undefined)
      throw new BadCall(`"${text}" is no key of the table: write ${keyTextExample(store.key)}`);
    return key;
  };

  const list: Handler = async ({ query, signal }) => {
    const { cursor, limit, once, ...filter } = parse(listSchema, Object.fromEntries(query));
    if (cursor !== undefined) return listings.next(cursor, limit);
    const { operation, outcome, lane, since, item } = filter;
    const options = {
      known,
      ...(operation && { operations: [operation] }),
      ...(outcome && { outcomes: outcome }),
      ...(lane && { lanes: [lane] }),
      ...(since && { since: new Date(timeNow(context) - SINCE_MS[since]) }),
      ...(item !== undefined && { key: keyIn(item) }),
    };
    if (once === undefined) {
      return listings.open((closed) => listRuns(context, { ...options, signal: closed }), limit);
    }
    return lookAtNewest(context, { ...options, limit, signal });
  };

  /** A run is named by its operation and name, an Express one by `{name}:{uuid}`: no other state machine can be meant. */
  const arnOf = (operation: string, name: string): string => {
    const machine = OPERATIONS.find((each) => each === operation);
    if (machine === undefined) throw new BadCall(`${operation}: expected ${OPERATIONS.join(', ')}`);
    if (name.includes(':') && store.express) {
      return `${store.express.stateMachines[machine].replace(':stateMachine:', ':express:')}:${name}`;
    }
    return `${store.stateMachines[machine].replace(':stateMachine:', ':execution:')}:${name}`;
  };

  /** The same of a run that is looked at, which an item or an object key may name: `create.x.{id}.{nonce}.{time}`. */
  const arnOfNamed = async (operation: string, name: string, signal: AbortSignal): Promise<string> =>
    parseRun(name) === undefined ? arnOf(operation, name) : resolveRun(context, name, { signal });

  const preview: Handler = async ({ query, signal }, operation = '', name = '') => {
    const force = query.get('force') === 'true';
    const shown = await previewReplay(context, arnOf(operation, name), { force, signal });
    return { ...shown, id: previews.keep(shown) };
  };

  // A change that has begun is carried through: the caller's going away does not abort it.
  const confirm: Handler = async ({ body }, operation = '', name = '') => {
    const { preview: id } = parse(replaySchema, body);
    return replay(context, previews.find(id, arnOf(operation, name)));
  };

  const stop: Handler = async ({ body }, operation = '', name = '') =>
    stopRun(context, arnOf(operation, name), parse(stopSchema, body));

  const routes: readonly (readonly [method: Call['method'], path: RegExp, handler: Handler])[] = [
    ['GET', /^session$/, async () => session],
    ['GET', /^runs$/, list],
    [
      'GET',
      /^find$/,
      async ({ query, signal }) => ({
        executionArn: await resolveRun(context, query.get('run') ?? '', { signal }),
      }),
    ],
    [
      'GET',
      /^runs\/(\w+)\/([^/]+)$/,
      async ({ signal }, ...run) => readRun(context, await arnOfNamed(...pair(run), signal), { signal }),
    ],
    [
      'GET',
      /^runs\/(\w+)\/([^/]+)\/definition$/,
      async ({ signal }, ...run) => definitionOf(context, await arnOfNamed(...pair(run), signal), signal),
    ],
    ['GET', /^runs\/(\w+)\/([^/]+)\/replay$/, preview],
    ['POST', /^runs\/(\w+)\/([^/]+)\/replay$/, confirm],
    ['POST', /^runs\/(\w+)\/([^/]+)\/stop$/, stop],
    [
      'GET',
      /^item$/,
      ({ query, signal }) => describeItem(context, keyIn(query.get('key') ?? ''), { signal }),
    ],
  ];

  return {
    answer(call) {
      for (const [method, pattern, handler] of routes) {
        const match = method === call.method ? pattern.exec(call.path) : null;
        if (match) return handler(call, ...match.slice(1).map(decoded));
      }
      return undefined;
    },
    close: () => listings.close(),
  };
}

function pair([operation = '', name = '']: readonly string[]): [string, string] {
  return [operation, name];
}

/** A part of the path; names of runs hold nothing that needs more than this. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new BadCall(`${part}: not a part of an address`);
  }
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new BadCall([issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}
