// Schedules that were once found to lose, leak or misreport, one configuration or two for each. One that is found again and not
// mended yet is `violated`: this table is the one place.

import { COLD_START_SECONDS, REQUEST_LIFE_SECONDS } from '../../core/saga/waits.ts';
import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, FLAGGED_X, FOREIGN_X, ON_FLAG, updates, X } from './writes.ts';

export interface KnownCase {
  /** What happens, or did until it was mended, and what it costs. */
  readonly about: string;
  readonly expected: 'clean' | 'violated';
  readonly configuration: Configuration;
}

const LATE = { lateRedrive: true, kinds: ['stop'] } as const;
/** Within the margin of the waits (core/saga/waits.ts). */
const MORE_MS = 2_500;
const staged = (text: string) => ({ staged: 's', text });

export const KNOWN: Readonly<Record<string, KnownCase>> = {
  'C1 update||putBack STREAM, stopped and redriven late': {
    about:
      'an applied update is taken for not written once another program has saved the old item again: dangling',
    expected: 'clean',
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
    expected: 'clean',
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
    expected: 'clean',
    configuration: {
      initial: { large: { A: 'X', B: 'X' }, writtenBy: 'legacy' },
      writes: [updates({ B: 'Y' })],
      programs: [['putPlain']],
      residueAllowed: true,
      stream: true,
    },
  },
  'C1 repeatable update||putBack STREAM, stopped and redriven late': {
    about: 'an update that may be repeated is made once more, under keys of its own: nothing dangles',
    expected: 'clean',
    configuration: {
      initial: X,
      writes: [updates({ A: 'Y' }, { addsNothing: true })],
      programs: [['putBack']],
      stream: true,
      ...LATE,
    },
  },
  'C1 repeatable update B||putBackLess, stopped and redriven late': {
    about: 'what was put back has fewer pointers than what was planned on, so it proves nothing',
    expected: 'clean',
    configuration: {
      initial: { large: { A: 'X', B: 'X' } },
      writes: [updates({ B: 'Y' }, { addsNothing: true })],
      programs: [['putBackLess']],
      residueAllowed: true,
      ...LATE,
    },
  },
  'C2 delete unmanaged||putPlain, stopped and redriven late': {
    about: 'an applied delete is taken for not written, and deletes the item that was created since',
    expected: 'clean',
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
    expected: 'clean',
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
    expected: 'clean',
    configuration: { writes: [creates({ A: 'X' }), creates({ A: 'Y' }), deletes()], kinds: ['early'] },
  },
  'C4 condition||flag off, on, function runs on': {
    about: "the same under a caller's condition that fails for a while",
    expected: 'clean',
    configuration: {
      initial: FLAGGED_X,
      writes: [updates({ A: 'Y' }, ON_FLAG)],
      programs: [['flagOff', 'flagOn']],
      kinds: ['early'],
    },
  },
  'C5 copy that takes five minutes': {
    about: 'a copy on S3’s side lands after the compensation: an orphan behind RolledBack',
    expected: 'clean',
    configuration: {
      staged: { s: 'Y' },
      writes: [creates({ A: staged('Y'), B: 'X' })],
      faults: 2,
      kinds: ['late', 'refused'],
    },
  },
  'C6 big create': {
    about: 'an unanswered CreateMultipartUpload lands late: an open upload behind a run that ended properly',
    expected: 'clean',
    configuration: { staged: { s: 'BIGY' }, writes: [creates({ A: staged('BIGY') })] },
  },
  'C6 big update||delete': {
    about: 'the same of an update, beside a delete',
    expected: 'clean',
    configuration: {
      initial: X,
      staged: { s: 'BIGY' },
      writes: [updates({ A: staged('BIGY') }), deletes()],
    },
  },
  'C4 put AB, function runs on': {
    about: 'the same of a put, whose function may run on for 15 minutes: an orphan behind RolledBack',
    expected: 'clean',
    configuration: { writes: [creates({ A: 'X', B: 'Y' })], faults: 2, kinds: ['early', 'refused'] },
  },
  'C4 copy, function runs on': {
    about: 'the same of a copy',
    expected: 'clean',
    configuration: {
      staged: { s: 'Y' },
      writes: [creates({ A: staged('Y'), B: 'X' })],
      faults: 2,
      kinds: ['early', 'stop', 'refused'],
    },
  },
  'C7 stuck create, redriven late': {
    about: 'a create that DynamoDB never took cannot be finished by a redrive: OutcomeUnknown',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X' })],
      kinds: ['exhaust'],
      lateRedrive: true,
      ends: 'known',
    },
  },
  'C7 create whose put is refused, stuck, redriven late': {
    about:
      'the same of a create whose write was not even tried, since a put had failed: it asks for a write that nobody made',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X', B: 'Y' })],
      faults: 2,
      kinds: ['refused', 'exhaust', 'stop'],
      lateRedrive: true,
      ends: 'known',
    },
  },
  'margin: requests that live 2.5 s longer': {
    about:
      'the waits have no margin over what a request is taken to live: a put lands after the compensation',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X', B: 'Y' })],
      faults: 2,
      kinds: ['late', 'refused'],
      requestLifeMs: REQUEST_LIFE_SECONDS * 1000 + MORE_MS,
    },
  },
  'margin: functions that start 2.5 s later': {
    about: 'nor over what a function is taken to need for its start',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X' }), creates({ A: 'Y' }), deletes()],
      kinds: ['stop'],
      coldStartMs: COLD_START_SECONDS * 1000 + MORE_MS,
    },
  },
  'C9 throttled once, then refused': {
    about: 'after one throttled attempt no refusal counts any more: stuck instead of rolled back',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X' })],
      kinds: ['throttle'],
      refusesWrites: true,
      ends: 'unstuck',
    },
  },
  'C9 puts settle or the run is redriven before its write, then refused': {
    about:
      'what took long before the write, or was stopped and redriven there, makes its first attempt look doubtful: stuck',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X' })],
      faults: 2,
      kinds: ['late', 'stop'],
      faultsAt: ['PutObjects', 'LetRequestsExpire', 'EndUnfinishedUploads'],
      refusesWrites: true,
      ends: 'unstuck',
    },
  },
  'C9 clock of the functions 20 s ahead, refused': {
    about: 'the same without any throttling',
    expected: 'clean',
    configuration: {
      writes: [creates({ A: 'X' })],
      faults: 0,
      refusesWrites: true,
      ends: 'unstuck',
      clockSkewMs: 20_000,
    },
  },
};
