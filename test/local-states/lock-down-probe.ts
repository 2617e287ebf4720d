// Runs in a worker thread: locks it down as the sandbox of expressions is, and reports what code in it can still reach.

import { parentPort } from 'node:worker_threads';
import { lockDown } from '../../local/states/expressions/sandbox/lock-down.ts';

const PROBES: Readonly<Record<string, () => unknown>> = {
  'the process': () => Reflect.get(globalThis, 'process'),
  'modules by require': () => Reflect.get(globalThis, 'require'),
  'the network': () => Reflect.get(globalThis, 'fetch'),
  timers: () => Reflect.get(globalThis, 'setTimeout'),
  eval: () => Reflect.get(globalThis, 'eval'),
  'the constructor of functions': () => (() => 1).constructor,
  'the constructor of async functions': () => (async () => 1).constructor,
  'the constructor of generators': () => function* () {}.constructor,
  'the constructor of async generators': () => async function* () {}.constructor,
  'the constructor of constructors': () => Object.constructor,
  'the constructor of bound functions': () => Math.max.bind(null).constructor,
  'the prototype by its name': () => Reflect.get({}, '__proto__'),
};

const WRITES: Readonly<Record<string, () => unknown>> = {
  'to the prototype of objects': () => Reflect.set(Object.prototype, 'polluted', 1),
  'to the prototype of lists': () => Reflect.set(Array.prototype, 'push', 1),
  'to the prototype of promises': () => Reflect.set(Promise.prototype, 'then', 1),
  'to the prototype of functions': () =>
    Reflect.set(
      Object.getPrototypeOf(() => 1),
      'call',
      1,
    ),
  'to the prototype of iterators': () => Reflect.set(Object.getPrototypeOf([].values()), 'next', 1),
  'to JSON': () => Reflect.set(JSON, 'stringify', 1),
  'to the global object': () => Reflect.set(globalThis, 'polluted', 1),
};

const { process } = globalThis;
lockDown();
const taken = ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'kill', 'env', 'mainModule'];
parentPort?.postMessage({
  reached: Object.keys(PROBES).filter((name) => PROBES[name]?.() !== undefined),
  written: Object.keys(WRITES).filter((name) => WRITES[name]?.() === true),
  left: taken.filter((name) => Reflect.get(process, name) !== undefined),
  // What an object may be called is its own business.
  own: JSON.stringify(Object.assign({}, { constructor: 1, toString: 2, ['__proto__']: 3 })),
});
