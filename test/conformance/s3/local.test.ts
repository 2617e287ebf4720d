// The suite against the local cloud's S3.

import { createClock } from '../../../local/clock.ts';
import { createS3 } from '../../../local/s3/index.ts';
import { DEFAULT_IDENTITY } from '../../../local/service.ts';
import { serve } from './serve.ts';
import { s3Conformance } from './suite.ts';

s3Conformance(
  {
    name: 'local S3',
    start: () => serve(createS3({ clock: createClock(), identity: DEFAULT_IDENTITY })),
    differences: {},
  },
  { ours: true },
);
