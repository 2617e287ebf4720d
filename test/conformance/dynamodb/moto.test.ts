// A second opinion: the same suite on moto's server, when MOTO_ENDPOINT names one
// (`pip install 'moto[server]'; moto_server -H 127.0.0.1 -p 5055`). Where the two differ, AWS's documentation decides.

import { expect, test } from 'vitest';
import { clientOf } from './endpoint.ts';
import { BEHAVIOUR_NAMES, type Difference, describeDynamoDb } from './suite.ts';

const endpoint = process.env.MOTO_ENDPOINT;

const UNSERIALISED = {
  sometimes: 'moto applies the parts of a transaction one by one, without keeping others away',
};

/** Behaviour -> what moto does instead. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'DeleteTable refuses a table that is protected against deletion': 'words of its own for the refusal',
  'operations on a table that is not there fail with ResourceNotFoundException':
    'a transaction on it is cancelled instead',
  'UpdateTable adds a global index, which has what the table held before and gets what comes':
    'the table is never UPDATING',
  'UpdateTable deletes a global index, and one of the same name has nothing of it':
    'a Query on an index that is gone is ResourceNotFoundException',
  'an index that cannot be is refused, and one that is not there is not found':
    'crashes on an index that is there',
  'IN takes 100 operands and no more': 'no limit',
  'UpdateTimeToLive refuses to enable what is enabled': 'accepted',
  'GetItem projects top-level, nested and list attributes': 'takes #name[2] for an unused name',
  'numbers come back in canonical form': 'kept as they were written',
  'numbers outside the range or of more than 38 digits are refused': 'accepted',
  'empty sets, sets with duplicates and keys that do not fit are refused':
    'sets with duplicates are accepted',
  'batches refuse the same item twice and more than 25 writes or 100 reads': '26 writes are accepted',
  'SET computes sums and differences exactly': 'rounds to 28 digits',
  'operands of the wrong type and attributes that are not there are refused':
    'takes a stored value of the wrong type for an error in the expression',
  'a sum outside the range of numbers is refused': 'crashes',
  'expressions that are no expressions are refused': 'looks for unused values before undefined ones',
  'values of different types are unequal and have no order': 'crashes on < between types',
  'functions look at existence, type, beginning and size': 'begins_with and contains miss binary',
  'contains looks into strings, binary, sets and lists': 'misses binary',
  'conditions that are no conditions are refused': 'crashes on a syntax error',
  'Query gives a partition in the order of its sort key, forwards and backwards':
    'numbers are kept as written',
  'an index key of the wrong type or empty is refused': 'accepted',
  'key conditions that no key can answer are refused': 'a key value of the wrong type is accepted',
  'an item of 400 KB is accepted, one byte more is refused': 'the limit is 405,000 bytes',
  'empty key values are refused': 'words of its own for the refusal',
  'documents nest 32 levels deep and no deeper': 'no limit',
  'an expression of more than 4 KB is refused': 'no limit',
  'a transaction whose update makes an item too large is cancelled with ValidationError':
    'ValidationException for the whole, without reasons',
  'a transaction of more than 4 MB is refused': 'no limit',
  'an update that does not fit the item cancels with ValidationError':
    'ValidationException for the whole, without reasons',
  'a key of the wrong type cancels with ValidationError, an empty one is refused': 'accepted',
  'a transaction has 1 to 100 items with one action each': 'an empty transaction is accepted',
  'a transaction with a bad expression is refused as a whole': 'crashes on a syntax error',
  'a token that is used again with the same request applies it once': 'tokens are ignored',
  'a token that is used again stays answered when the condition would fail by now': 'tokens are ignored',
  'a token that is used again with another request is refused': 'tokens are ignored',
  'a token of more than 36 characters is refused': 'tokens are ignored',
  'TransactGetItems answers in order, with nothing for what is not there': 'ProjectionExpression is ignored',
  'TransactGetItems cancels with ValidationError on a key that does not fit':
    'ValidationException for the whole',
  'transactions consume twice the capacity of single calls': 'every call consumes one unit',
  'TransactGetItems sees all or nothing of each transaction': UNSERIALISED,
  'BatchGetItem sees all or nothing of each transaction': UNSERIALISED,
  'Query sees all or nothing of each transaction': UNSERIALISED,
  'no increment is lost between transactions and single updates': UNSERIALISED,
  'of many that create the same item one succeeds': UNSERIALISED,
};

if (endpoint) describeDynamoDb('moto', () => clientOf(endpoint), DIFFERENCES);

test('every difference names a behaviour, and no two behaviours share a name', () => {
  expect(BEHAVIOUR_NAMES).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)));
  expect(new Set(BEHAVIOUR_NAMES).size).toBe(BEHAVIOUR_NAMES.length);
});
