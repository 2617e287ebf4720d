// The last step of `npm run build`: writes the default store's assembly with the code that was just built.

import { writeReadyMade } from './ready-made.ts';

void writeReadyMade();
