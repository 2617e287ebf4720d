// The log under objects and executions: every cut of its last record is survived, any other damage is told.

import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendRecords, DataError, readRecords, replaceRecords } from '../../local/data/index.ts';
import { newFolder } from './harness.ts';

const RECORDS = [{ name: 'first' }, { text: 'line\nbreak, ą, 🙂' }, { last: true }];

async function newLog(): Promise<string> {
  const path = join(await newFolder(), 'records.log');
  for (const record of RECORDS) appendRecords(path, [record]);
  return path;
}

test('records are read as they were appended, one by one or together, and none from no file', async () => {
  const path = await newLog();
  appendRecords(path, [1, [2]]);
  expect([...readRecords(path)]).toEqual([...RECORDS, 1, [2]]);
  expect([...readRecords(`${path}.none`)]).toEqual([]);
});

test('a file that is cut off at any byte has the whole records before, and can be appended to', async () => {
  const path = await newLog();
  const bytes = await readFile(path);
  const ends = [...bytes.keys()].filter((index) => bytes[index] === 0x0a);
  for (let size = 0; size < bytes.length; size++) {
    await writeFile(path, bytes.subarray(0, size));
    const whole = RECORDS.slice(0, ends.filter((end) => end < size).length);
    expect([...readRecords(path)]).toEqual(whole);
    appendRecords(path, ['after']);
    expect([...readRecords(path)]).toEqual([...whole, 'after']);
  }
});

test('a record that is longer than what is read at once is read whole', async () => {
  const path = await newLog();
  const long = 'x'.repeat(3_000_000);
  appendRecords(path, [long, 'after']);
  expect([...readRecords(path)]).toEqual([...RECORDS, long, 'after']);
});

test('any other damage is told, with the file and the place', async () => {
  const path = await newLog();
  const bytes = await readFile(path);
  for (const place of [0, 5, 13, 20]) {
    const damaged = Buffer.from(bytes);
    damaged[place] = (damaged[place] as number) ^ 1;
    await writeFile(path, damaged);
    expect(() => [...readRecords(path)]).toThrow(
      new DataError(`${path} is damaged: the record at byte 0 is not as it was written`),
    );
  }
  await writeFile(path, bytes);
  await appendFile(path, 'no record\n');
  expect(() => [...readRecords(path)]).toThrow(`the record at byte ${bytes.length}`);
});

test('a file that is written anew has the new records alone, whatever an earlier attempt has left', async () => {
  const path = await newLog();
  await writeFile(`${path}.new`, 'half a rec');
  replaceRecords(path, ['only']);
  expect([...readRecords(path)]).toEqual(['only']);
  await truncate(path, 3);
  expect([...readRecords(path)]).toEqual([]);
});
