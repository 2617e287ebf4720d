// What scenarios are built of: runs on an item of their own, content, and what goes wrong.

import { createHash } from 'node:crypto';
import type { Operation } from '../../core/keys/run.ts';
import type { FaultInput } from '../../local/index.ts';
import type { Step } from './steps.ts';

export type About = ReturnType<typeof about>;

export const BUCKET = 'docs-bucket';

/** An item `name`, and what is done to it. A run is called `{name}-{number}`. */
export function about(name: string) {
  const run = (number: number) => `${name}-${number}`;
  const start = (number: number, operation: Operation, input: object = {}): Step => ({
    do: 'start',
    run: run(number),
    operation,
    input: { key: { id: name }, ...input },
  });
  const finish = (number: number): Step => ({ do: 'finish', run: run(number) });
  return {
    run,
    start,
    finish,
    redriven: (number: number): readonly Step[] => [{ do: 'redrive', run: run(number) }, finish(number)],
    /** A run to its end. */
    ran: (number: number, operation: Operation, input: object = {}): readonly Step[] => [
      start(number, operation, input),
      finish(number),
    ],
    staged: (text: string): { readonly put: Step; readonly content: object } => {
      const key = `staging/${name}/${text}`;
      const sha256 = createHash('sha256').update(text).digest('hex');
      return { put: { do: 'putObject', key, text }, content: { staged: { key, sha256, size: text.length } } };
    },
  };
}

export const page = (text: string) => ({ largeAttributes: { page: { text } } });
const fault = (given: FaultInput): Step => ({ do: 'fault', fault: given });
export const s3 = (operation: string, error: string, more: Partial<FaultInput> = {}): Step =>
  fault({ service: 's3', operation, when: 'before', error, ...more });
export const write = (error: string, more: Partial<FaultInput> = {}): Step =>
  fault({ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before', error, ...more });
export const inDoubt = write('InternalServerError', { times: 'always' });
export const writeRefused = write('ValidationException', { status: 400 });
export const cannotDelete = s3('DeleteObjects', 'InternalError', { times: 'always' });
/** Its function is throttled once, so that the run waits before its write. */
export const held = fault({
  service: 'lambda',
  operation: 'Invoke',
  when: 'before',
  error: 'TooManyRequestsException',
  match: 'WriteItem',
});
export const mend: Step = { do: 'mend' };
/** Past the life of a write's token. */
export const forget: Step = { do: 'pass', seconds: 15 * 60 };
