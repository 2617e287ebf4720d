// A day of a small library of documents: runs of every outcome, on a store whose time only a test moves.

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Operation } from '../../core/keys/run.ts';
import type { FaultInput } from '../../local/index.ts';
import { type Run, type TestStore, taskFailures } from '../e2e/harness.ts';

const WRITE_DENIED: FaultInput = {
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  when: 'before',
  error: 'AccessDeniedException',
  status: 400,
  message: 'no statement allows dynamodb:PutItem on this table',
};
const DELETES_FAIL: FaultInput = {
  service: 's3',
  operation: 'DeleteObjects',
  when: 'before',
  error: 'InternalError',
  times: 'always',
};
const WRITE_FAILS: FaultInput = {
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  when: 'before',
  error: 'InternalServerError',
  times: 'always',
};

/** The runs' names by what they are about. */
export interface Scenario {
  readonly committed: string;
  readonly cleanupDeferred: string;
  readonly rejected: string;
  readonly rolledBack: string;
  readonly stuck: string;
  readonly unknown: string;
  readonly aborted: string;
  /** Waits to write again, until time passes. */
  readonly running: Run;
}

export async function playScenario(store: TestStore): Promise<Scenario> {
  const stage = new Library(store);
  const MINUTE = 60;
  for (const id of ['atlas-of-moths', 'field-notes-1961', 'herbarium-plate-12', 'star-chart-north']) {
    await stage.commit('create', id, { attributes: { title: titleOf(id), views: 0 }, ...contents('first') });
    store.pass(7 * MINUTE);
  }
  const unknown = await stage.stuckInDoubt('tide-tables', 'create', contents('first'));
  store.pass(15 * MINUTE);
  // Without it the redriven run would find nothing, and begin anew; afterwards it would keep a replay from being allowed.
  const foreign = { id: { S: 'tide-tables' } };
  await store.putForeign({ ...foreign, title: { S: 'Of another program' } });
  await unknown.redrive();
  await store.passUntilEnd(unknown);
  await store.dynamodb.send(new DeleteItemCommand({ TableName: store.descriptor.table, Key: foreign }));
  store.pass(64 * MINUTE);

  const cleanupDeferred = await stage.withFault(DELETES_FAIL, () =>
    stage.end('update', 'star-chart-north', contents('second')),
  );
  store.pass(23 * MINUTE);
  const rejected = await stage.end('update', 'field-notes-1961', {
    expectedVersion: 7,
    ...contents('third'),
  });
  store.pass(11 * MINUTE);
  const aborted = await stage.stopped('herbarium-plate-12', contents('second'));
  store.pass(31 * MINUTE);
  const stuck = await stage.withFault(WRITE_DENIED, () =>
    stage.withFault(DELETES_FAIL, () => stage.end('create', 'moon-phases', contents('first'))),
  );
  store.pass(5 * MINUTE);
  const committed = await stage.inDoubtOnce('atlas-of-moths', contents('second'));
  store.pass(4 * MINUTE);
  const rolledBack = await stage.withFault(WRITE_DENIED, () =>
    stage.end('update', 'field-notes-1961', { set: { title: 'Field notes, 1961' }, ...contents('second') }),
  );
  store.pass(2 * MINUTE);
  const running = await stage.waiting('atlas-of-moths', contents('third'));
  store.pass(8);
  return {
    ...{ committed, cleanupDeferred, rejected, rolledBack, stuck, aborted },
    unknown: unknown.name,
    running,
  };
}

/** A page, a picture that never changes, and a record. */
function contents(edition: string) {
  return {
    largeAttributes: {
      page: {
        text: `<h1>${edition} edition</h1>${'<p>Leaf after leaf.</p>'.repeat(40)}`,
        contentType: 'text/html',
      },
      picture: { base64: Buffer.alloc(4000, 7).toString('base64'), contentType: 'image/png' },
      record: { text: JSON.stringify({ edition, pages: 112 }), contentType: 'application/json' },
    },
  };
}

function titleOf(id: string): string {
  return id.replaceAll('-', ' ');
}

class Library {
  readonly #store: TestStore;
  #runs = 0;

  constructor(store: TestStore) {
    this.#store = store;
  }

  start(operation: Operation, id: string, input: object): Promise<Run> {
    this.#runs += 1;
    const name = `${operation}-${id}-${String(this.#runs).padStart(4, '0')}`;
    return this.#store.start(operation, { key: { id }, ...input }, name);
  }

  async end(operation: Operation, id: string, input: object): Promise<string> {
    const run = await this.start(operation, id, input);
    await this.#store.passUntilEnd(run);
    return run.name;
  }

  async commit(operation: Operation, id: string, input: object): Promise<void> {
    const run = await this.start(operation, id, input);
    const { status, cause } = await run.end();
    if (status !== 'SUCCEEDED') throw new Error(`${run.name}: ${JSON.stringify(cause)}`);
  }

  async withFault<T>(fault: FaultInput, work: () => Promise<T>): Promise<T> {
    this.#store.cloud.faults.inject(fault);
    try {
      return await work();
    } finally {
      this.#store.cloud.faults.clear();
    }
  }

  /** The write is applied, but answered with an error: it is written again 15 s later. */
  async inDoubtOnce(id: string, input: object): Promise<string> {
    return this.withFault({ ...WRITE_FAILS, when: 'after', times: 1 }, () => this.end('update', id, input));
  }

  stuckInDoubt(id: string, operation: Operation, input: object): Promise<Run> {
    return this.withFault(WRITE_FAILS, async () => {
      const run = await this.start(operation, id, input);
      await this.#store.passUntilEnd(run);
      return run;
    });
  }

  /** Waits to write again. */
  waiting(id: string, input: object): Promise<Run> {
    return this.withFault({ ...WRITE_FAILS, times: 1 }, async () => {
      const run = await this.start('update', id, input);
      await run.until(taskFailures(1));
      return run;
    });
  }

  async stopped(id: string, input: object): Promise<string> {
    const run = await this.waiting(id, input);
    await run.stop();
    return run.name;
  }
}
