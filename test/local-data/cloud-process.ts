// A local cloud in a process of its own: options as JSON in its first argument, where it is on its first line of output.

import { startLocalCloud } from '../../local/index.ts';

const cloud = await startLocalCloud(JSON.parse(process.argv[2] ?? '{}'));
process.stdout.write(
  `${JSON.stringify({ endpoint: cloud.endpoint, resources: cloud.resources, outputs: cloud.outputs })}\n`,
);
process.once('SIGTERM', () => void cloud.stop());
