// The last step of `npm run build`: writes the default store's assembly with the tasks that were just built.

import { writeReadyMade } from './ready-made.ts';

await writeReadyMade();
