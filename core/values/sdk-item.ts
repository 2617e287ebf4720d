// Items as the AWS SDK has them: bytes where JSON has base64 text. The SDK itself is not loaded.

import type { AttributeValue, Item } from './attributes.ts';
import { fromBase64, toBase64 } from './encoding.ts';

/** What the SDK takes for an attribute value. */
export type SdkValue =
  | { S: string }
  | { N: string }
  | { B: Uint8Array }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: Uint8Array[] }
  | { L: SdkValue[] }
  | { M: SdkItem };

export type SdkItem = Record<string, SdkValue>;

/** What the SDK gives for one: a union of which one member is set. */
export interface GivenSdkValue {
  readonly B?: Uint8Array | undefined;
  readonly BS?: readonly Uint8Array[] | undefined;
  readonly L?: readonly GivenSdkValue[] | undefined;
  readonly M?: Readonly<Record<string, GivenSdkValue>> | undefined;
}

export function toSdkItem(item: Item): SdkItem {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toSdkValue(value)]));
}

export function fromSdkItem(item: Readonly<Record<string, GivenSdkValue>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromSdkValue(value)]));
}

function toSdkValue(value: AttributeValue): SdkValue {
  if ('B' in value) return { B: fromBase64(value.B) };
  if ('BS' in value) return { BS: value.BS.map(fromBase64) };
  if ('L' in value) return { L: value.L.map(toSdkValue) };
  if ('M' in value) return { M: toSdkItem(value.M) };
  return value as SdkValue;
}

function fromSdkValue(value: GivenSdkValue): AttributeValue {
  if (value.B !== undefined) return { B: toBase64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(toBase64) };
  if (value.L !== undefined) return { L: value.L.map(fromSdkValue) };
  if (value.M !== undefined) return { M: fromSdkItem(value.M) };
  return value as AttributeValue;
}
