// Takes out of a worker thread what an expression that breaks out of JSONata could use: code from text, the process,
// timers, the network, and prototypes that can be changed.

/** What the language itself defines, and no more. */
const KEPT = new Set([
  ...['Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView'],
  ...['Date', 'Error', 'EvalError', 'Float32Array', 'Float64Array', 'Infinity', 'Int16Array', 'Int32Array'],
  ...[
    'Int8Array',
    'Intl',
    'Iterator',
    'JSON',
    'Map',
    'Math',
    'NaN',
    'Number',
    'Object',
    'Promise',
    'RangeError',
  ],
  ...[
    'ReferenceError',
    'Reflect',
    'RegExp',
    'Set',
    'String',
    'Symbol',
    'SyntaxError',
    'TypeError',
    'URIError',
  ],
  ...['Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakSet', 'decodeURI'],
  ...['decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'globalThis', 'isFinite', 'isNaN'],
  ...['parseFloat', 'parseInt', 'undefined', 'unescape'],
]);

/** What of `process` reaches beyond the thread. The rest of it Node.js itself needs. */
const TAKEN_FROM_PROCESS = [
  ...[
    '_debugEnd',
    '_debugProcess',
    '_kill',
    '_linkedBinding',
    'abort',
    'argv',
    'binding',
    'chdir',
    'dlopen',
    'env',
  ],
  ...[
    'execArgv',
    'execPath',
    'getBuiltinModule',
    'kill',
    'loadEnvFile',
    'mainModule',
    'permission',
    'report',
  ],
];

/** Prototypes that no global leads to. */
const FUNCTIONS = [() => 1, async () => 1, function* () {}, async function* () {}].map(prototypeOf);
const ITERATORS = [
  [].values(),
  new Map().keys(),
  new Set().keys(),
  ''[Symbol.iterator](),
  ''.matchAll(/a/g),
].map(prototypeOf);

/** Call it once whatever runs in the thread is loaded. What is loaded keeps what it holds. */
export function lockDown(): void {
  for (const name of TAKEN_FROM_PROCESS) Reflect.deleteProperty(process, name);
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name !== 'string' || !KEPT.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  // Every function leads to a constructor of its kind that takes code as text.
  for (const prototype of FUNCTIONS) Object.defineProperty(prototype, 'constructor', { value: undefined });
  Reflect.deleteProperty(Object.prototype, '__proto__');
  letMembersHaveInheritedNames(Object.prototype);
  freezeAll([globalThis, ...FUNCTIONS, ...ITERATORS]);
}

function prototypeOf(value: object): object {
  return Object.getPrototypeOf(value);
}

/** Lets an object have a member of its own that is called like a frozen one that it inherits: `constructor`. */
function letMembersHaveInheritedNames(prototype: object): void {
  for (const name of Reflect.ownKeys(prototype)) {
    const value: unknown = Reflect.get(prototype, name);
    Object.defineProperty(prototype, name, {
      get: () => value,
      set(this: object, own: unknown) {
        if (this === prototype) throw new TypeError(`${String(name)} is read only`);
        Object.defineProperty(this, name, {
          value: own,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      },
      configurable: false,
    });
  }
}

function freezeAll(roots: readonly object[]): void {
  const frozen = new Set<object>();
  const pending: unknown[] = [...roots];
  while (pending.length > 0) {
    const value = pending.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || frozen.has(value))
      continue;
    frozen.add(value);
    pending.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const member = Object.getOwnPropertyDescriptor(value, key);
      pending.push(member?.value, member?.get, member?.set);
    }
    if (!ArrayBuffer.isView(value)) Object.freeze(value);
  }
}
