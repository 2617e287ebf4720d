// State machines and the revisions of their definitions.

import { ServiceError } from '../service.ts';
import { invalidDefinitionMessage } from './definition/diagnostics.ts';
import { parseDefinition } from './definition/parse.ts';
import type { Machine } from './definition/types.ts';

export type WorkflowType = 'STANDARD' | 'EXPRESS';

export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly type: WorkflowType;
  readonly createdAt: number;
  /** Set by an update. */
  updatedAt: number | undefined;
  revision: Revision;
}

/** A state machine as executions start with it. */
export interface Revision {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly definition: string;
  readonly machine: Machine;
  readonly roleArn: string;
  readonly at: number;
  /** Settings that are kept and shown, and have no effect here: logging, tracing, encryption. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** @throws {ServiceError} InvalidDefinition, naming each problem's state and field */
export function parseOrRefuse(definition: string, type: WorkflowType = 'STANDARD'): Machine {
  const { machine, diagnostics } = parseDefinition(definition, type);
  if (machine !== undefined) return machine;
  throw new ServiceError('InvalidDefinition', invalidDefinitionMessage(diagnostics));
}

/** Names of state machines and executions: 1 to 80 characters without those that AWS bars. */
export function checkName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is barred
  const barred = /[\s<>{}[\]?*\x22#%\\^|~\x60$&,;:/\u0000-\u001f\u007f-\u009f]/;
  if (name.length >= 1 && name.length <= 80 && !barred.test(name)) return;
  throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
}
