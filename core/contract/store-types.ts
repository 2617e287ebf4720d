// What a store consists of, as types alone: whoever compiles against the client needs nothing of how it is checked.

import type { KeySchema } from '../keys/item-key.ts';

/** Table, bucket and key layout: what the rules and the tasks need. */
export interface Store {
  readonly table: string;
  readonly bucket: string;
  /** What object keys begin with, without a slash at either end. */
  readonly prefix: string;
  /** The same for uploads that a run is yet to copy. */
  readonly stagingPrefix: string;
  readonly key: KeySchema;
  /** How object keys are made; default `{prefix}/pk={pk}/sk={sk}/attr={attr}/sha256={sha256}/{run}`. */
  readonly objectKeyTemplate?: string | undefined;
  /** Templates that objects of the store were put under before; the default is always known. */
  readonly formerObjectKeyTemplates?: readonly string[] | undefined;
  /** Where objects are that pynamodb_mate put; by default in the same bucket. */
  readonly legacy?: { readonly bucket?: string | undefined; readonly prefix: string } | undefined;
  /** Whether runs take content in their input, where their history keeps it; by default true. */
  readonly inlineContent?: boolean | undefined;
}

/** A store as its callers see it: the construct's output `Store` holds this as JSON text. */
export interface StoreDescriptor extends Store {
  readonly region: string;
  /** ARNs. */
  readonly stateMachines: { readonly create: string; readonly update: string; readonly delete: string };
  /** The Express lane, where the store has one (docs/lanes.md). */
  readonly express?:
    | {
        /** ARNs. */
        readonly stateMachines: StoreDescriptor['stateMachines'];
        /** Name of the log group to which its runs log: nothing else tells of them afterwards. */
        readonly logGroup: string;
      }
    | undefined;
  /** Absent in what was deployed before there was a sweeper. */
  readonly sweep?:
    | {
        /** ARN. */
        readonly stateMachine: string;
        /** What keys of reports begin with, without a slash at either end. */
        readonly reportPrefix: string;
      }
    | undefined;
}

/** What the sweep's tasks need to know beside the store. */
export interface SweepSettings {
  /** What keys of reports begin with, without a slash at either end. */
  readonly reportPrefix: string;
  /** ARNs. */
  readonly stateMachines: StoreDescriptor['stateMachines'];
  /** Name of the store in its metrics. */
  readonly metricName: string;
}
