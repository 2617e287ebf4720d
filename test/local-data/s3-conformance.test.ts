// The S3 suite on objects in a folder.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../local/clock.ts';
import { createS3 } from '../../local/s3/index.ts';
import { DEFAULT_IDENTITY } from '../../local/service.ts';
import { serve } from '../conformance/s3/serve.ts';
import { s3Conformance } from '../conformance/s3/suite.ts';

s3Conformance(
  {
    name: 'local S3 in a folder',
    start: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'twinwrite-s3-'));
      const served = await serve(createS3({ clock: createClock(), identity: DEFAULT_IDENTITY, folder }));
      return {
        endpoint: served.endpoint,
        close: async () => {
          await served.close();
          await rm(folder, { recursive: true });
        },
      };
    },
    differences: {},
  },
  { ours: true },
);
