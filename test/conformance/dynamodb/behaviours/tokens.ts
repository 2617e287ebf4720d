// Client request tokens of TransactWriteItems.

import { randomUUID } from 'node:crypto';
import { IdempotentParameterMismatchException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, failure, given, read, refused } from '../behaviour.ts';
import { increment, key, put, putNew, write } from './writes.ts';

export const tokenBehaviours: readonly Behaviour[] = [
  [
    'a token that is used again with the same request applies it once',
    async (subject) => {
      await given(subject, 'tx-once', { n: { N: '0' } });
      const token = randomUUID();
      await write(subject, [increment(subject, 'tx-once')], token);
      await write(subject, [increment(subject, 'tx-once')], token);
      expect((await read(subject, 'tx-once'))?.n).toEqual({ N: '1' });
      await write(subject, [increment(subject, 'tx-once')], randomUUID());
      expect((await read(subject, 'tx-once'))?.n).toEqual({ N: '2' });
    },
  ],
  [
    'a token that is used again stays answered when the condition would fail by now',
    async (subject) => {
      const token = randomUUID();
      await write(subject, [putNew(subject, 'tx-created-once')], token);
      await write(subject, [putNew(subject, 'tx-created-once')], token);
      expect(await read(subject, 'tx-created-once')).toEqual(key('tx-created-once'));
    },
  ],
  [
    'a token that is used again with another request is refused',
    async (subject) => {
      const token = randomUUID();
      await write(subject, [put(subject, 'tx-token')], token);
      const error = await failure(write(subject, [put(subject, 'tx-token', { changed: { S: 'x' } })], token));
      expect(error).toBeInstanceOf(IdempotentParameterMismatchException);
      expect(await read(subject, 'tx-token')).toEqual(key('tx-token'));
    },
  ],
  [
    'the token of a cancelled transaction can be used again',
    async (subject) => {
      const { client, simple: TableName } = subject;
      await given(subject, 'tx-blocked');
      const token = randomUUID();
      const error = await failure(write(subject, [putNew(subject, 'tx-blocked')], token));
      expect(error).toBeInstanceOf(TransactionCanceledException);
      await client.deleteItem({ TableName, Key: key('tx-blocked') });
      await write(subject, [putNew(subject, 'tx-blocked')], token);
      expect(await read(subject, 'tx-blocked')).toEqual(key('tx-blocked'));
    },
  ],
  [
    'a token of more than 36 characters is refused',
    async (subject) => {
      await refused(
        write(subject, [put(subject, 'tx-long-token')], 'x'.repeat(37)),
        'less than or equal to 36',
      );
    },
  ],
];
