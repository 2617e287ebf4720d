// What the commands say of Express runs, and of the runs that go on with them.

import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { storeIn } from '../../../core/contract/store.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { twinwrite } from '../terminal.ts';
import { lines } from './written.ts';

let cloud: LocalCloud;
let sfn: SFNClient;
let machines: Readonly<Record<string, string>>;

beforeAll(async () => {
  cloud = await startLocalCloud({ assembly: inject('expressStore'), timeScale: 60, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  const { endpoint, region, credentials } = cloud;
  sfn = new SFNClient({ endpoint, region, credentials, disableHostPrefix: true });
  machines = storeIn(cloud.outputs.Twinwrite ?? {}).express?.stateMachines ?? {};
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud?.stop();
});

async function express(operation: 'create' | 'update', id: string, input: object) {
  const name = `${operation}-${id}-${ulid()}`;
  const answer = await sfn.send(
    new StartSyncExecutionCommand({
      stateMachineArn: machines[operation],
      name,
      input: JSON.stringify({ key: { id }, ...input }),
    }),
  );
  return { name, ...answer };
}

const PAGE = { largeAttributes: { page: { text: 'A' } } };

it('lists the runs of a lane, says which run goes on as which, and shows them as one', async () => {
  const refused = await express('update', 'nobody', PAGE);
  cloud.faults.inject({
    ...({ service: 'dynamodb', operation: 'TransactWriteItems', when: 'after' } as const),
    ...{ error: 'InternalServerError' },
  });
  const begun = await express('create', '42', PAGE);
  const { executionArn = '', run = '' } = JSON.parse(begun.cause ?? '') as Record<string, string>;
  const standard = executionArn.split(':').at(-1) ?? '';
  await vi.waitUntil(
    async () => lines(await twinwrite('runs', '--outcome', 'committed', '--json')).length === 1,
    {
      timeout: 20_000,
    },
  );

  const { out } = await twinwrite('runs', '--lane', 'express');
  expect(out.trimEnd().split('\n').slice(1)).toEqual([
    expect.stringMatching(/^→ continued/),
    `    ${begun.name}`,
    '    Continued: goes on as a Standard execution',
    `    Express, goes on as ${standard}`,
    expect.stringMatching(/^✗ rejected +id=nobody /),
    `    ${refused.name}`,
    '    NotFound: there is no item with this key',
    '    Express, started then or before',
  ]);
  const goesOn = { name: standard, lane: 'standard', continues: { run, at: 'WriteItem' } };
  expect(lines(await twinwrite('runs', '--lane', 'standard', '--json'))).toMatchObject([goesOn]);
  expect(lines(await twinwrite('runs', '--json'))).toMatchObject([goesOn, { name: refused.name }]);
  const ofItem = await twinwrite('runs', '--item', 'id=42');
  expect(ofItem.out).toContain(`goes on with the Express run ${run.slice(0, 20)}`);
  expect(ofItem.err).toBe('');

  const shown = await twinwrite('show', run);
  expect(shown.out).toMatch(new RegExp(`^✓ ${standard}  committed\n`));
  expect(shown.out).toContain(`Express run\n  → ${begun.name}  continued\n`);
  const events = lines(await twinwrite('show', standard, '--events', '--json'));
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['FailStateEntered', 'ExecutionFailed', 'ExecutionStarted', 'ExecutionSucceeded']),
  );
});

it('says how many Express runs are left out since their item is not told', async () => {
  cloud.faults.inject({
    ...({ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before' } as const),
    ...{ error: 'ValidationException', status: 400 },
  });
  await express('create', '43', PAGE);
  const { err } = await twinwrite('runs', '--item', 'id=43');
  expect(err).toMatch(/^no such runs; .*\n1 Express run is left out: their log does not tell which item/);
});

it('refuses what cannot be done with an Express run', async () => {
  const { name } = await express('update', 'nobody', PAGE);
  expect(await twinwrite('stop', name)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${name} is an Express run, which cannot be stopped`),
  });
  expect(await twinwrite('replay', name)).toMatchObject({
    code: 1,
    err: expect.stringContaining('an Express run is not replayed'),
  });
});
