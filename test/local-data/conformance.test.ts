// The suites of S3 and DynamoDB on services that keep their data in a folder.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { createS3 } from '../../local/s3/index.ts';
import { DEFAULT_IDENTITY } from '../../local/service.ts';
import { clientOf } from '../conformance/dynamodb/endpoint.ts';
import { describeDynamoDb } from '../conformance/dynamodb/suite.ts';
import { serve } from '../conformance/s3/serve.ts';
import { s3Conformance } from '../conformance/s3/suite.ts';

let data: string;
let cloud: LocalCloud;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'twinwrite-data-'));
  cloud = await startLocalCloud({ data });
});
afterAll(async () => {
  await cloud.stop();
  await rm(data, { recursive: true });
});

describeDynamoDb('DynamoDB in a folder', () => clientOf(cloud.endpoint));

s3Conformance({
  name: 'S3 in a folder',
  start: async () => {
    const folder = await mkdtemp(join(data, 's3-alone-'));
    return serve(createS3({ clock: createClock(), identity: DEFAULT_IDENTITY, folder }));
  },
  differences: {},
});
