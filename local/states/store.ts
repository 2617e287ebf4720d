// What one local Step Functions holds: state machines by ARN, executions by ARN and in the order of their start.

import type { Execution } from './execution.ts';
import type { Journal } from './journal/journal.ts';
import type { StateMachine } from './machines.ts';
import type { MapRun } from './map-run/map-run.ts';

/** How many executions that have ended are kept, unless told otherwise. */
const KEEP_EXECUTIONS = 10_000;

export class Store {
  readonly machines = new Map<string, StateMachine>();
  readonly executions = new Map<string, Execution>();
  readonly mapRuns = new Map<string, MapRun>();
  /** Express executions that run: nothing but their end is left to tell of them. */
  readonly express = new Set<Execution>();
  /** Executions that have ended, the first to end first. */
  private readonly ended = new Set<Execution>();
  private readonly awaited = new Map<string, (() => void)[]>();
  private readonly keepExecutions: number;
  private readonly byMachine = new Map<string, Execution[]>();
  private readonly mapRunsByExecution = new Map<string, readonly MapRun[]>();
  private readonly journal: Journal;
  private lastSequence = 0;

  /** @param keepExecutions - how many executions that have ended are kept */
  constructor(journal: Journal, keepExecutions = KEEP_EXECUTIONS) {
    this.journal = journal;
    if (!(Number.isInteger(keepExecutions) && keepExecutions >= 0)) {
      throw new RangeError(`keepExecutions: expected a whole number of 0 or more, got ${keepExecutions}`);
    }
    this.keepExecutions = keepExecutions;
  }

  nextSequence(): number {
    this.lastSequence += 1;
    return this.lastSequence;
  }

  addExecution(execution: Execution): void {
    this.lastSequence = Math.max(this.lastSequence, execution.sequence);
    this.executions.set(execution.arn, execution);
    const list = this.byMachine.get(execution.revision.arn) ?? [];
    list.push(execution);
    this.byMachine.set(execution.revision.arn, list);
  }

  /** Takes in executions in the order of their start. */
  restore(executions: readonly Execution[]): void {
    for (const execution of executions) this.addExecution(execution);
    const closed = executions.filter(({ status }) => status !== 'RUNNING');
    closed.sort((a, b) => (a.stoppedAt ?? 0) - (b.stoppedAt ?? 0));
    for (const execution of closed) this.executionEnded(execution);
  }

  /** Notes that an execution has ended; those that ended longest ago make room. */
  executionEnded(execution: Execution): void {
    for (const tell of this.awaited.get(execution.arn) ?? []) tell();
    this.awaited.delete(execution.arn);
    this.express.delete(execution);
    if (!this.executions.has(execution.arn)) return;
    this.ended.delete(execution);
    this.ended.add(execution);
    for (const oldest of this.ended) {
      if (this.ended.size <= this.keepExecutions) return;
      // One that was redriven runs again, and will end again.
      this.ended.delete(oldest);
      if (oldest.status !== 'RUNNING') this.removeExecution(oldest);
    }
  }

  /** Resolves when the execution does not run, or is not known any more. */
  async whenEnded(arn: string): Promise<void> {
    if (this.executions.get(arn)?.status !== 'RUNNING') return;
    await new Promise<void>((tell) => {
      this.awaited.set(arn, [...(this.awaited.get(arn) ?? []), tell]);
    });
  }

  /** Forgets a closed execution, so that its name is free again. */
  removeExecution(execution: Execution): void {
    this.executions.delete(execution.arn);
    this.ended.delete(execution);
    const list = this.byMachine.get(execution.revision.arn) ?? [];
    list.splice(list.indexOf(execution), 1);
    for (const { origin } of this.mapRunsOf(execution.arn)) this.mapRuns.delete(origin.arn);
    this.mapRunsByExecution.delete(execution.arn);
    this.journal.forget(execution);
  }

  addMapRun(mapRun: MapRun): void {
    const { arn, executionArn } = mapRun.origin;
    this.mapRuns.set(arn, mapRun);
    this.mapRunsByExecution.set(executionArn, [...this.mapRunsOf(executionArn), mapRun]);
  }

  /** In the order of their start. */
  mapRunsOf(executionArn: string): readonly MapRun[] {
    return this.mapRunsByExecution.get(executionArn) ?? [];
  }

  /** The newest first. */
  executionsOf(machineArn: string): Execution[] {
    return [...(this.byMachine.get(machineArn) ?? [])].reverse();
  }
}
