// What the page and its server say to each other, as JSON over HTTP on 127.0.0.1.

import type {
  ItemDescription as AuditItem,
  ReplayPreview as AuditPreview,
  Replayed as AuditReplayed,
  RunReport as AuditReport,
  RunSummary as AuditSummary,
} from '../audit/index.ts';
import type { StoreDescriptor } from '../core/contract/store.ts';

export type { Outcome, StateKind, StateStatus } from '../audit/index.ts';
export { OPERATIONS, type Operation } from '../core/keys/run.ts';

/** Every call of the API carries the secret of the server's start in this header. */
export const SECRET_HEADER = 'x-twinwrite-secret';

/** A value as JSON carries it: dates as ISO 8601. */
export type Wire<T> = unknown extends T
  ? unknown
  : T extends Date
    ? string
    : T extends readonly (infer E)[]
      ? readonly Wire<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Wire<T[K]> }
        : T;

/** Why a call was refused or has failed. */
export interface ApiProblem {
  /** Stable, for programs. */
  readonly error: string;
  /** A sentence for a person. */
  readonly message: string;
}

/** What the console is looking at. */
export interface Session {
  readonly version: string;
  readonly store: StoreDescriptor;
  /** Where AWS is called, when AWS_ENDPOINT_URL says so. */
  readonly endpoint?: string;
}

export type RunSummary = Wire<AuditSummary>;
export type RunReport = Wire<AuditReport>;
export type StateNode = RunReport['tree']['states'][number];
export type Attempt = StateNode['attempts'][number];
export type Branch = StateNode['branches'][number];
export type ObjectReport = RunReport['objects'][number];
export type HistoryEvent = RunReport['events'][number];

export type ItemDescription = Wire<AuditItem>;
export type Replayed = Wire<AuditReplayed>;
/** What a replay would do; to do it, its id is sent back. */
export type ReplayPreview = Wire<AuditPreview> & { readonly id: string };

export interface RunsPage {
  readonly entries: readonly RunSummary[];
  /** Names the next page; absent at the end. */
  readonly cursor?: string;
}

/** The newest runs, as they are now. */
export interface NewestRuns {
  readonly entries: readonly RunSummary[];
  /** Runs that started after this were looked at; absent when all were. */
  readonly reached?: string;
}

/** The run that a text names. */
export interface FoundRun {
  readonly executionArn: string;
}

/** How far back the list can be asked to go. */
export const SINCES = ['1h', '24h', '7d', '14d'] as const;
