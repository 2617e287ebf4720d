// Sagas beside readers of pages, whose content is fetched later than the page.

import type { Configuration } from '../state/configuration.ts';
import { creates, deletes, updates, X, XX } from './writes.ts';

export const PAGES: Readonly<Record<string, Configuration>> = {
  'update||PAGE': { initial: XX, writes: [updates({ A: 'Y', B: 'Y' })], pages: ['table'] },
  'update||PAGE loaded': { initial: XX, writes: [updates({ A: 'Y', B: 'Y' })], pages: ['loaded'], faults: 0 },
  'update||PAGE of an index': { initial: XX, writes: [updates({ A: 'Y', B: 'Y' })], pages: ['index'] },
  'update||delete||PAGE': {
    initial: X,
    writes: [updates({ A: 'Y' }), deletes()],
    pages: ['table'],
    faults: 0,
  },
  'update||delete||PAGE loaded': {
    initial: X,
    writes: [updates({ A: 'Y' }), deletes()],
    pages: ['loaded'],
    faults: 0,
  },
  'update||delete||PAGE of an index': {
    initial: X,
    writes: [updates({ A: 'Y' }), deletes()],
    pages: ['index'],
    faults: 0,
  },
  'delete||create||PAGE of an index': {
    initial: X,
    writes: [deletes(), creates({ A: 'X' })],
    pages: ['index'],
    faults: 0,
  },
  'cleanUp off||PAGE of an index': {
    initial: X,
    writes: [updates({ A: 'Y' }, { cleanUp: { whenFailed: false, whenSucceeded: false } })],
    pages: ['index'],
    residueAllowed: true,
  },
};
