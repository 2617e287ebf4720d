// The worker thread in which expressions run: without the host's environment, globals and built-in modules. Each request
// is answered before the next is taken.

import { parentPort, workerData } from 'node:worker_threads';
import type { EvaluationRequest, SandboxSetup } from '../protocol.ts';
import { evaluateAll, prepare } from './evaluation.ts';
import { lockDown } from './lock-down.ts';

if (!parentPort) throw new Error('expressions are evaluated in a worker thread');
const port = parentPort;
const progress = new Int32Array((workerData as SandboxSetup).progress);

prepare();
lockDown();
port.postMessage('ready');
port.on('message', (request: EvaluationRequest) => {
  void evaluateAll(request, (index) => Atomics.store(progress, 0, index)).then((evaluated) =>
    port.postMessage(evaluated),
  );
});
