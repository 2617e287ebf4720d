// What the mappings of the services have in common.

import type { Call, CloudIdentity, LocalRequest } from '../../service.ts';

/** One right that a call needs: an action on a resource's ARN, or on `*` where the action is on no particular one. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** What a refusal names in place of `resource`; nothing at all where it is empty. */
  readonly shown?: string;
}

/** What the needs of a call are found by. */
export interface Called {
  readonly request: LocalRequest;
  readonly call: Call;
  readonly identity: CloudIdentity;
}

/** Needs by operation; none for one that everybody may call. */
export type Mapping = Readonly<Record<string, (called: Called) => readonly Need[]>>;

export type Json = Readonly<Record<string, unknown>>;

/** The parameters of a call whose subject is its JSON body. */
export function bodyOf({ call }: Called): Json {
  return call.subject === '' ? {} : objectOf(JSON.parse(call.subject));
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** None where the resource is missing or not a name: the service refuses such a call itself. */
export function needOn(action: string, resource: unknown): readonly Need[] {
  return typeof resource === 'string' ? [{ action, resource }] : [];
}

/** An ARN of the cloud's account and Region. */
export function arnOf({ region, accountId }: CloudIdentity, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}
