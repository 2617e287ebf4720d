// The rules by which objects, versions and unfinished uploads end by themselves: what they apply to, and when.
// Source: "Lifecycle configuration elements" and "Managing the lifecycle of objects" in the User Guide.

import { isMarker, type StoredVersion, type Tag } from './stored-version.ts';

export interface LifecycleFilter {
  readonly prefix?: string | undefined;
  readonly tags: readonly Tag[];
  /** Bytes: only of objects that are larger. */
  readonly largerThan?: number | undefined;
  /** Bytes: only of objects that are smaller. */
  readonly smallerThan?: number | undefined;
}

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly filter: LifecycleFilter;
  /** Whether the prefix stands in the rule itself, as it did before there were filters. */
  readonly plainPrefix: boolean;
  /** Of current versions; a marker that hides nothing goes, too, on its day. */
  readonly expiration?:
    | {
        readonly days?: number | undefined;
        /** Milliseconds since the epoch. */
        readonly date?: number | undefined;
        /** Whether delete markers that hide nothing go. */
        readonly markers?: boolean | undefined;
      }
    | undefined;
  /** Of versions that are no longer current, since then; so many of the newest of them stay. */
  readonly noncurrent?: { readonly days: number; readonly kept?: number | undefined } | undefined;
  /** Days after which an upload in parts is aborted. */
  readonly abortDays?: number | undefined;
}

export const DAY_MS = 24 * 60 * 60 * 1000;

/** When something ends that lasts `days` from then on: at the midnight, in UTC, that follows. Milliseconds since the epoch. */
export function endOf(since: number, days: number): number {
  return Math.ceil((since + days * DAY_MS) / DAY_MS) * DAY_MS;
}

/** When a rule ends the current version, in milliseconds since the epoch; undefined: not by itself. */
export function expiryOf({ expiration }: LifecycleRule, { lastModified }: StoredVersion): number | undefined {
  return expiration?.days === undefined ? expiration?.date : endOf(lastModified, expiration.days);
}

/** Whether a rule is in force and for this version. A delete marker has neither tags nor a size. */
export function applies({ enabled, filter }: LifecycleRule, key: string, version: StoredVersion): boolean {
  if (!enabled || !key.startsWith(filter.prefix ?? '')) return false;
  const { tags, largerThan, smallerThan } = filter;
  if (isMarker(version)) return tags.length === 0 && largerThan === undefined && smallerThan === undefined;
  const { size } = version.content;
  const has = ({ Key, Value }: Tag): boolean =>
    version.tags.some((tag) => tag.Key === Key && tag.Value === Value);
  return (
    tags.every(has) &&
    size > (largerThan ?? Number.NEGATIVE_INFINITY) &&
    size < (smallerThan ?? Number.POSITIVE_INFINITY)
  );
}
