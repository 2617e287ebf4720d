// Map Runs and their child executions, as parts of what a local Step Functions holds. They are in memory alone: of a
// process that has ended, the execution that started them is kept, and its redrive starts another Map Run.

import { randomUUID } from 'node:crypto';
import type { Refusal } from '../../service.ts';
import type { DistributedMapState } from '../definition/types.ts';
import type { Execution } from '../execution.ts';
import { type Environment, start, stop } from '../executions.ts';
import { StateFailure } from '../failure.ts';
import { NO_JOURNAL } from '../journal/journal.ts';
import type { Revision } from '../machines.ts';
import { redrive, redriveObstacle } from '../redrive.ts';
import type { MapRunHost } from '../run/thread.ts';
import type { Store } from '../store.ts';
import type { Batch } from './batches.ts';
import { type Child, MapRun } from './map-run.ts';
import { type Children, controlOf } from './run.ts';

/** @param refusal - what the parent's role may not do; absent: nothing */
export function createMapRunHost(
  store: Store,
  environment: Environment,
  parent: Execution,
  refusal: Refusal = () => undefined,
): MapRunHost {
  const { revision } = parent;
  const childEnvironment: Environment = { ...environment, journal: NO_JOURNAL };
  return {
    originOf: ({ distribution: { label, executionType } }) => ({
      arn: `${revision.arn.replace(':stateMachine:', ':mapRun:')}/${label}:${randomUUID()}`,
      executionArn: parent.arn,
      stateMachineArn: `${revision.arn}/${label}`,
      executionType,
    }),
    begin: (state, origin, settings, work) => {
      const mapRun = new MapRun(origin, settings, work, environment.clock);
      store.addMapRun(mapRun);
      const ofChildren = childRevision(revision, state);
      return controlOf(mapRun, new ChildExecutions(store, childEnvironment, mapRun, ofChildren, refusal));
    },
  };
}

function childRevision(revision: Revision, { distribution, processor }: DistributedMapState): Revision {
  const { label, definition } = distribution;
  return {
    ...revision,
    arn: `${revision.arn}/${label}`,
    name: `${revision.name}/${label}`,
    definition,
    machine: processor,
  };
}

/**
 * Children are started and redriven with the role of the state machine, on which it needs states:StartExecution and
 * states:RedriveExecution ("IAM policies for using Distributed Map states" and "Redriving Map Runs" in the Developer
 * Guide). The error's name is not documented: it is that of the service integration that starts executions.
 */
class ChildExecutions implements Children {
  readonly #store: Store;
  readonly #environment: Environment;
  readonly #mapRun: MapRun;
  readonly #revision: Revision;
  readonly #refusal: Refusal;

  constructor(store: Store, environment: Environment, mapRun: MapRun, revision: Revision, refusal: Refusal) {
    this.#store = store;
    this.#environment = environment;
    this.#mapRun = mapRun;
    this.#revision = revision;
    this.#refusal = refusal;
  }

  start(batch: Batch, onEnd: (child: Child) => void): Child {
    this.#require('states:StartExecution', machineArn(this.#revision));
    const { origin } = this.#mapRun;
    const express = origin.executionType === 'EXPRESS';
    const name = randomUUID();
    const arn = express
      ? `${this.#revision.arn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`
      : `${this.#revision.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const execution = start(this.#environment, {
      arn,
      name,
      revision: this.#revision,
      inputText: batch.inputText,
      input: JSON.parse(batch.inputText),
      sequence: this.#store.nextSequence(),
      mapRun: { arn: origin.arn, executionArn: origin.executionArn, itemCount: batch.itemCount },
      ...(express && { express: 'ASYNC' as const }),
    });
    const child = { batch, execution };
    execution.onEnd = () => onEnd(child);
    if (express) this.#store.express.add(execution);
    else this.#store.addExecution(execution);
    return child;
  }

  /** A child that cannot be redriven any more is started anew, as an Express one is. */
  redrive(child: Child, onEnd: (child: Child) => void): Child {
    const { execution, batch } = child;
    const now = this.#environment.clock.now();
    if (execution.express || redriveObstacle(execution, now) !== undefined) return this.start(batch, onEnd);
    this.#require('states:RedriveExecution', execution.arn);
    execution.onEnd = () => onEnd(child);
    if (!this.#store.executions.has(execution.arn)) this.#store.addExecution(execution);
    redrive(this.#environment, execution);
    return child;
  }

  stop({ execution }: Child): void {
    stop(this.#environment, execution);
  }

  /** @throws {StateFailure} when the role may not */
  #require(action: string, resource: string): void {
    const refused = this.#refusal(action, resource);
    if (refused === undefined) return;
    const origin = `Service: AWSStepFunctions; Status Code: ${refused.status}; Error Code: ${refused.code}; Request ID: ${randomUUID()}; Proxy: null`;
    throw new StateFailure('StepFunctions.AWSStepFunctionsException', `${refused.message} (${origin})`);
  }
}

/** The state machine itself, also where the Distributed Map is within another's child. */
function machineArn({ arn }: Revision): string {
  return arn.split('/')[0] ?? arn;
}
