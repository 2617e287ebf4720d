// Sources of content, of every kind and in every state: thousands of cases.

import { fuzzSources } from './fuzz.ts';

fuzzSources(4000, 4711);
