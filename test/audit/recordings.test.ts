// The recordings are what the local cloud gives. To record them anew, after a change of the sagas that is meant:
// npx vitest run --project shared test/audit/recordings.test.ts -u

import { expect, it } from 'vitest';
import { useStage } from '../e2e/one-item.ts';
import { recordingPath, recordingText } from './recordings.ts';
import { record, SCENARIO_NAMES } from './scenarios.ts';

const stage = useStage();

it.each(SCENARIO_NAMES)('%s is recorded as it is', async (name) => {
  const recording = await record(stage, name);

  await expect(recordingText(recording, stage.store.descriptor)).toMatchFileSnapshot(recordingPath(name));
});
