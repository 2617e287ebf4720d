// A second opinion: the same suite on moto's server, when MOTO_ENDPOINT names one
// (`pip install 'moto[server]'; moto_server -H 127.0.0.1 -p 5055`). Where the two differ, AWS's documentation decides.

import { describe } from 'vitest';
import { clientOf } from './endpoint.ts';
import { describeDynamoDb } from './suite.ts';

const endpoint = process.env.MOTO_ENDPOINT;

/** Behaviour -> what moto does instead. */
const DIFFERENCES: Readonly<Record<string, string>> = {};

if (endpoint) describeDynamoDb('moto', () => clientOf(endpoint), DIFFERENCES);
else describe.todo('moto: set MOTO_ENDPOINT to run the suite on it');
