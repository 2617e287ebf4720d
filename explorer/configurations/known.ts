// Schedules that are known to lose, leak or misreport, one configuration or two for each. What mends one turns its `expected` to
// `clean`: this table is the one place.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, FLAGGED_X, FOREIGN_X, ON_FLAG, updates, X } from './writes.ts';

export interface KnownCase {
  /** What happens, and what it costs. */
  readonly about: string;
  readonly expected: 'clean' | 'violated';
  readonly configuration: Configuration;
}

const LATE = { lateRedrive: true, kinds: ['stop'] } as const;
const staged = (text: string) => ({ staged: 's', text });

export const KNOWN: Readonly<Record<string, KnownCase>> = {
  'C1 update||putBack STREAM, stopped and redriven late': {
    about:
      'an applied update is taken for not written once another program has saved the old item again: dangling',
    expected: 'violated',
    configuration: {
      initial: X,
      writes: [updates({ A: 'Y' })],
      programs: [['putBack']],
      stream: true,
      ...LATE,
    },
  },
  'C1 adopt||putPlain STREAM, stopped and redriven late': {
    about: 'the same for an item that no saga wrote: any save that drops _saga is enough',
    expected: 'violated',
    configuration: {
      initial: FOREIGN_X,
      writes: [updates({ A: 'Y' })],
      programs: [['putPlain']],
      stream: true,
      ...LATE,
    },
  },
  'C1 legacy update B||putPlain STREAM': {
    about:
      'the same without any stop: DynamoDB does not answer for ten minutes, and meanwhile another program saves the item',
    expected: 'violated',
    configuration: {
      initial: { large: { A: 'X', B: 'X' }, writtenBy: 'legacy' },
      writes: [updates({ B: 'Y' })],
      programs: [['putPlain']],
      residueAllowed: true,
      stream: true,
    },
  },
  'C2 delete unmanaged||putPlain, stopped and redriven late': {
    about: 'an applied delete is taken for not written, and deletes the item that was created since',
    expected: 'violated',
    configuration: {
      initial: FOREIGN_X,
      writes: [deletes()],
      programs: [['putPlain']],
      residueAllowed: true,
      ...LATE,
    },
  },
  'C3 delete||dropSaga, stopped and redriven late': {
    about: 'a delete succeeds without ever having been applied; its clean-up goes on as if it had been',
    expected: 'violated',
    configuration: {
      initial: X,
      writes: [deletes()],
      programs: [['dropSaga']],
      residueAllowed: true,
      ...LATE,
    },
  },
  'C4 create||create||delete, function runs on': {
    about: 'a function runs on after Lambda.SdkClientException: a run that was rolled back took effect',
    expected: 'violated',
    configuration: { writes: [creates({ A: 'X' }), creates({ A: 'Y' }), deletes()], kinds: ['early'] },
  },
  'C4 condition||flag off, on, function runs on': {
    about: "the same under a caller's condition that fails for a while",
    expected: 'violated',
    configuration: {
      initial: FLAGGED_X,
      writes: [updates({ A: 'Y' }, ON_FLAG)],
      programs: [['flagOff', 'flagOn']],
      kinds: ['early'],
    },
  },
  'C5 copy that takes two minutes': {
    about: 'a copy on S3’s side lands after the compensation: an orphan behind RolledBack',
    expected: 'violated',
    configuration: {
      staged: { s: 'Y' },
      writes: [creates({ A: staged('Y'), B: 'X' })],
      faults: 2,
      kinds: ['late', 'refused'],
      copyLifeMs: 120_000,
    },
  },
  'C6 big create': {
    about: 'an unanswered CreateMultipartUpload lands late: an open upload behind a run that ended properly',
    expected: 'violated',
    configuration: { staged: { s: 'BIGY' }, writes: [creates({ A: staged('BIGY') })] },
  },
  'C6 big update||delete': {
    about: 'the same of an update, beside a delete',
    expected: 'violated',
    configuration: {
      initial: X,
      staged: { s: 'BIGY' },
      writes: [updates({ A: staged('BIGY') }), deletes()],
    },
  },
  'C4 put AB, function runs on': {
    about: 'the same of a put, whose function may run on for 15 minutes: an orphan behind RolledBack',
    expected: 'violated',
    configuration: { writes: [creates({ A: 'X', B: 'Y' })], faults: 2, kinds: ['early', 'refused'] },
  },
  'C7 stuck create, redriven late': {
    about: 'a create that DynamoDB never took cannot be finished by a redrive: OutcomeUnknown',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X' })],
      kinds: ['exhaust'],
      lateRedrive: true,
      ends: 'known',
    },
  },
  'C8 requests that live 17 s': {
    about:
      'the waits have no margin over the 15 s that a request is taken to live: a put lands after the compensation',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X', B: 'Y' })],
      faults: 2,
      kinds: ['late', 'refused'],
      requestLifeMs: 17_000,
    },
  },
  'C9 throttled once, then refused': {
    about: 'after one throttled attempt no refusal counts any more: stuck instead of rolled back',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X' })],
      kinds: ['throttle'],
      refusesWrites: true,
      ends: 'unstuck',
    },
  },
  'C9 clock of the functions 20 s ahead, refused': {
    about: 'the same without any throttling',
    expected: 'violated',
    configuration: {
      writes: [creates({ A: 'X' })],
      faults: 0,
      refusesWrites: true,
      ends: 'unstuck',
      clockSkewMs: 20_000,
    },
  },
};
