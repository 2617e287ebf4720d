// What kind of object a value is, by what it has inside: also for one of another realm (a `vm` context, a test runner's
// or a simulated browser's), which is no instance of this one's classes.

const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
const bufferLength = getterOf(ArrayBuffer.prototype, 'byteLength');
const setSize = getterOf(Set.prototype, 'size');

/** A Buffer, too. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && typedArrayName(value) === 'Uint8Array';
}

export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || has(bufferLength, value);
}

export function isSet(value: unknown): value is ReadonlySet<unknown> {
  return has(setSize, value);
}

export function isDate(value: unknown): value is Date {
  return has((date) => Date.prototype.getTime.call(date), value);
}

/** Another class of the same name will do, if it can be read. */
export function isBlob(value: unknown): value is Blob {
  if (!isObject(value)) return false;
  const { stream, size, type } = value as Partial<Blob>;
  return typeof stream === 'function' && typeof size === 'number' && typeof type === 'string';
}

export function isWebStream(value: unknown): value is ReadableStream<Uint8Array> {
  return isObject(value) && typeof (value as Partial<ReadableStream>).getReader === 'function';
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    isObject(value) && typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  );
}

/** What Node.js's Readable has beside being an async iterable, as far as it is of use here. */
export interface Destroyable extends AsyncIterable<unknown> {
  destroy(): unknown;
}

/** A Readable of Node.js, or anything else that is ended for good by `destroy`. */
export function isDestroyable(value: unknown): value is Destroyable {
  return isAsyncIterable(value) && typeof (value as Partial<Destroyable>).destroy === 'function';
}

/** An object that is a record of values and nothing else: no class instance, no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether the value has the insides that a method needs, which throws without them. */
function has(method: (value: object) => unknown, value: unknown): boolean {
  if (!isObject(value)) return false;
  try {
    method(value);
    return true;
  } catch {
    return false; // the language's own way to say no
  }
}

function getterOf(prototype: object, name: PropertyKey): (value: object) => unknown {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  if (get === undefined) throw new Error(`no getter ${String(name)}`);
  return (value) => get.call(value);
}
