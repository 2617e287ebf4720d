// A morning of the Express lane: runs that ended there in every way, and those that went on in the Standard lane.

import { setTimeout } from 'node:timers/promises';
import { ulid } from 'ulid';
import { continuedName, type Operation } from '../../core/keys/run.ts';
import type { FaultInput } from '../../local/index.ts';
import type { ExpressRun, Run, TestStore } from '../e2e/harness.ts';

const WRITE = { service: 'dynamodb', operation: 'TransactWriteItems' } as const;
const REFUSED: FaultInput = { ...WRITE, when: 'before', error: 'ValidationException', status: 400 };
const IN_DOUBT: FaultInput = { ...WRITE, when: 'after', error: 'InternalServerError' };
const DELETES_FAIL: FaultInput = {
  ...({ service: 's3', operation: 'DeleteObjects', when: 'before' } as const),
  ...({ error: 'InternalError', status: 500, times: 'always' } as const),
};
const HAND_OVER_FAILS: FaultInput = {
  ...({ service: 'states', operation: 'StartExecution', when: 'before' } as const),
  ...({ error: 'AccessDeniedException', status: 400, times: 'always' } as const),
};

export interface ExpressScenario {
  readonly committed: BegunRun;
  readonly rejected: BegunRun;
  readonly rolledBack: BegunRun;
  readonly cleanupDeferred: BegunRun;
  /** Handed over in doubt: what goes on with it has committed. */
  readonly continued: HandedOver;
  /** Handed over in its compensation: what goes on with it is stuck. */
  readonly continuedAndStuck: HandedOver;
  /** In doubt, and not handed over: nobody knows. */
  readonly unknown: BegunRun;
  /** The same, and the execution that settled it. */
  readonly settled: HandedOver;
}

export interface BegunRun extends ExpressRun {
  readonly name: string;
}

export interface HandedOver extends BegunRun {
  readonly goesOn: Run;
}

export async function playExpressScenario(store: TestStore): Promise<ExpressScenario> {
  const play = new ExpressLibrary(store);
  const committed = await play.run('create', 'atlas-of-moths', contents('first'));
  store.pass(7 * 60);
  const rejected = await play.run('update', 'lost-folio', contents('first'));
  store.pass(3 * 60);
  const rolledBack = await play.withFaults([REFUSED], () =>
    play.run('create', 'field-notes-1961', contents('first')),
  );
  store.pass(4 * 60);
  const cleanupDeferred = await play.deferred('atlas-of-moths', contents('second'));
  store.pass(5 * 60);
  const continued = await play.withFaults([IN_DOUBT], () => play.handedOver('star-chart-north'));
  store.pass(2 * 60);
  const continuedAndStuck = await play.withFaults([REFUSED, DELETES_FAIL], () =>
    play.handedOver('moon-phases'),
  );
  store.pass(6 * 60);
  const unknown = await play.withFaults([IN_DOUBT, HAND_OVER_FAILS], () =>
    play.run('create', 'tide-tables', contents('first')),
  );
  store.pass(60);
  const lost = await play.withFaults([IN_DOUBT, HAND_OVER_FAILS], () =>
    play.run('create', 'herbarium-plate-12', contents('first')),
  );
  const settled = { ...lost, goesOn: await play.settle('herbarium-plate-12', lost) };
  store.pass(60);
  return { committed, rejected, rolledBack, cleanupDeferred, continued, continuedAndStuck, unknown, settled };
}

function contents(edition: string) {
  const text = `<h1>${edition} edition</h1>${'<p>Leaf after leaf.</p>'.repeat(40)}`;
  return { largeAttributes: { page: { text, contentType: 'text/html' } } };
}

export class ExpressLibrary {
  readonly #store: TestStore;

  constructor(store: TestStore) {
    this.#store = store;
  }

  run(operation: Operation, id: string, input: object): Promise<BegunRun> {
    const name = `${operation}-${id}-${ulid()}`;
    const answer = this.#store.runExpress(operation, { key: { id }, ...input }, name);
    return this.#passing(answer.then((run) => ({ ...run, name })));
  }

  /** A create that ends as `Continued`, and what goes on with it, ended. */
  async handedOver(id: string): Promise<HandedOver> {
    const begun = await this.run('create', id, contents('first'));
    const goesOn = this.#store.runOf(String(begun.cause.executionArn));
    await this.#store.passUntilEnd(goesOn);
    return { ...begun, goesOn };
  }

  /** An update that succeeds, and whose replaced object stays. */
  deferred(id: string, input: object): Promise<BegunRun> {
    return this.withFaults([DELETES_FAIL], () => this.run('update', id, input));
  }

  async settle(id: string, lost: BegunRun): Promise<Run> {
    const runId = lost.name.slice(-26);
    const input = { key: { id }, settles: { id: runId, inline: true } };
    const settling = await this.#store.start('create', input, continuedName(runId));
    await this.#store.passUntilEnd(settling, 100);
    return settling;
  }

  async withFaults<T>(faults: readonly FaultInput[], work: () => Promise<T>): Promise<T> {
    for (const fault of faults) this.#store.cloud.faults.inject(fault);
    try {
      return await work();
    } finally {
      this.#store.cloud.faults.clear();
    }
  }

  /** What comes of it while time passes, a second at a time: an Express run has five minutes. */
  async #passing<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      this.#store.cloud.clock.advanceToNext(1000);
      await setTimeout(10);
    }
    return done;
  }
}
