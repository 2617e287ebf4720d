// What one local Step Functions holds: state machines by ARN, executions by ARN and in the order of their start.

import type { Execution } from './executions.ts';
import type { Journal } from './journal/journal.ts';
import type { StateMachine } from './machines.ts';

export class Store {
  readonly machines = new Map<string, StateMachine>();
  readonly executions = new Map<string, Execution>();
  private readonly byMachine = new Map<string, Execution[]>();
  private readonly journal: Journal;
  private lastSequence = 0;

  constructor(journal: Journal) {
    this.journal = journal;
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

  /** Forgets a closed execution, so that its name is free again. */
  removeExecution(execution: Execution): void {
    this.executions.delete(execution.arn);
    const list = this.byMachine.get(execution.revision.arn) ?? [];
    list.splice(list.indexOf(execution), 1);
    this.journal.forget(execution);
  }

  /** The newest first. */
  executionsOf(machineArn: string): Execution[] {
    return [...(this.byMachine.get(machineArn) ?? [])].reverse();
  }
}
