// Sources of content, of every kind and in every state: a few hundred cases, the same each time.

import { fuzzSources } from './fuzz.ts';

fuzzSources(300, 1);
