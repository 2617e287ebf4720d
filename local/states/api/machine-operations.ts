// Calls about state machines.

import { createHash, randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import { parseDefinition } from '../definition/parse.ts';
import type { JsonObject } from '../json.ts';
import { checkName, parseOrRefuse, type Revision, type StateMachine } from '../machines.ts';
import {
  arn,
  constraint,
  decodeToken,
  encodeToken,
  flag,
  oneOf,
  pageSize,
  requiredText,
  seconds,
  text,
} from './input.ts';
import { findExecution, findMachine } from './lookup.ts';
import type { Context, Members, Operation } from './operations.ts';

const TYPES = ['STANDARD', 'EXPRESS'] as const;
const SETTINGS = ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration'] as const;

export function createStateMachine(context: Context, input: JsonObject): Members {
  const name = requiredText(input, 'name');
  checkName(name);
  refuseVersions(input);
  const type = oneOf(input, 'type', TYPES) ?? 'STANDARD';
  const { region, accountId } = context.identity;
  const machineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  const revision = createRevision(
    context,
    { arn: machineArn, name, type },
    {
      definition: requiredText(input, 'definition'),
      roleArn: requiredText(input, 'roleArn'),
      settings: settingsOf(input),
    },
  );
  const existing = context.store.machines.get(machineArn);
  if (existing === undefined) {
    context.store.machines.set(machineArn, {
      arn: machineArn,
      name,
      type,
      createdAt: revision.at,
      updatedAt: undefined,
      revision,
    });
    return { stateMachineArn: machineArn, creationDate: seconds(revision.at) };
  }
  if (existing.type === type && fingerprint(existing.revision) === fingerprint(revision)) {
    return { stateMachineArn: machineArn, creationDate: seconds(existing.createdAt) };
  }
  throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${machineArn}'`);
}

export const updateStateMachine: Operation = (context, input) => {
  const machine = findMachine(context, input);
  refuseVersions(input);
  const definition = text(input, 'definition');
  const roleArn = text(input, 'roleArn');
  const settings = settingsOf(input);
  if (definition === undefined && roleArn === undefined && Object.keys(settings).length === 0) {
    throw new ServiceError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, or a configuration must be specified',
    );
  }
  machine.revision = createRevision(context, machine, {
    definition: definition ?? machine.revision.definition,
    roleArn: roleArn ?? machine.revision.roleArn,
    settings: { ...machine.revision.settings, ...settings },
  });
  machine.updatedAt = machine.revision.at;
  return { updateDate: seconds(machine.revision.at), revisionId: machine.revision.id };
};

/** Executions that run go on to their end; nothing can be started or redriven any more. */
export const deleteStateMachine: Operation = (context, input) => {
  context.store.machines.delete(arn(input, 'stateMachineArn', 'stateMachine'));
  return {};
};

export const describeStateMachine: Operation = (context, input) => {
  const machine = findMachine(context, input);
  const { revision } = machine;
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    status: 'ACTIVE',
    definition: revision.definition,
    roleArn: revision.roleArn,
    type: machine.type,
    creationDate: seconds(machine.createdAt),
    ...shownSettings(revision),
    ...(machine.updatedAt !== undefined && { revisionId: revision.id }),
  };
};

export const describeStateMachineForExecution: Operation = (context, input) => {
  const { revision, mapRun } = findExecution(context, input);
  return {
    stateMachineArn: revision.arn,
    name: revision.name,
    definition: revision.definition,
    roleArn: revision.roleArn,
    updateDate: seconds(revision.at),
    revisionId: revision.id,
    ...(mapRun && { mapRunArn: mapRun.arn, label: revision.arn.split('/')[1] }),
    ...shownSettings(revision),
  };
};

export const listStateMachines: Operation = (context, input) => {
  const all = [...context.store.machines.values()].sort((a, b) => b.createdAt - a.createdAt);
  const start = decodeToken(input) ?? 0;
  const end = start + pageSize(input, 100);
  return {
    stateMachines: all.slice(start, end).map((machine) => ({
      stateMachineArn: machine.arn,
      name: machine.name,
      type: machine.type,
      creationDate: seconds(machine.createdAt),
    })),
    ...(end < all.length && { nextToken: encodeToken(end) }),
  };
};

export const validateStateMachineDefinition: Operation = (_context, input) => {
  oneOf(input, 'severity', ['ERROR', 'WARNING']);
  const type = oneOf(input, 'type', TYPES) ?? 'STANDARD';
  const { diagnostics } = parseDefinition(requiredText(input, 'definition'), type);
  const shown = diagnostics.slice(0, pageSize(input, 100));
  return {
    result: diagnostics.length === 0 ? 'OK' : 'FAIL',
    diagnostics: shown,
    truncated: shown.length < diagnostics.length,
  };
};

function createRevision(
  { environment }: Context,
  { arn: machineArn, name, type }: Pick<StateMachine, 'arn' | 'name' | 'type'>,
  given: Pick<Revision, 'definition' | 'roleArn' | 'settings'>,
): Revision {
  const machine = parseOrRefuse(given.definition, type);
  return { ...given, arn: machineArn, name, id: randomUUID(), machine, at: environment.clock.now() };
}

function settingsOf(input: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    SETTINGS.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]),
  );
}

function shownSettings({ settings }: Revision): Record<string, unknown> {
  return {
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    ...settings,
  };
}

function fingerprint({ definition, roleArn, settings }: Revision): string {
  return createHash('sha256')
    .update(JSON.stringify([definition, roleArn, settings]))
    .digest('hex');
}

function refuseVersions(input: JsonObject): void {
  if (flag(input, 'publish', false)) {
    throw constraint("'true'", 'publish', 'Versions are not supported by the local cloud');
  }
}
