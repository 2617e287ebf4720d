// Sources of content, of every kind and in every state: thousands of cases, others each time.

import { fuzzSources } from './fuzz.ts';

fuzzSources(4000);
