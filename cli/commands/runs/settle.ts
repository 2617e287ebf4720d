// `twinwrite settle`

import { type Command, InvalidArgumentError, Option } from 'commander';
import { WaitInterrupted } from '../../../client/errors/write-errors.ts';
import type { ExpressRun, Outcome, OutcomeOptions } from '../../../client/index.ts';
import type { StoreDescriptor } from '../../../core/contract/store-types.ts';
import { expressId, OPERATIONS, type Operation } from '../../../core/keys/run.ts';
import { CommandFailed, Interrupted, UsageError } from '../../errors.ts';
import { exactJson } from '../../exact-json.ts';
import { type Io, print } from '../../io.ts';
import { connect, keyOf, keyText, type StoreOptions, withStoreOptions } from '../../store.ts';
import { progressLine } from '../../text/progress.ts';

interface SettleOptions extends StoreOptions {
  readonly operation?: Operation;
  readonly inline?: true;
  readonly before?: NonNullable<OutcomeOptions['before']>;
  readonly force?: true;
}

export function registerSettle(program: Command, io: Io): void {
  withStoreOptions(
    program.command('settle').description('find out what became of an Express run whose answer was lost'),
  )
    .argument('<run>', 'its name or ARN, or as object keys name it')
    .option('--inline', 'nothing of it was staged: it is known to have ended after 7 minutes, else after 26')
    .option('--before <createdby@version>', 'the item as it was read before the run was started', asBefore)
    .addOption(
      new Option('--operation <name>', "its operation (default: as the run's name begins)").choices(
        OPERATIONS,
      ),
    )
    .option('--force', "go on though the run's name tells another item than --key")
    .addHelpText(
      'after',
      `
A run is settled once. Under a wrong --key, or --inline of a run with staged content, it stays unknown whether it has
written; a run that the client has named is refused under a key that its name does not tell.

The error AnswerLost names the command to give. The item tells at once if the run wrote it last. Otherwise the Standard
execution tells that goes on with the run, or one that is started to settle it; give the command again to go on waiting.
It is proved that nothing was written if the item is as --before says: createdBy and version, as get --json prints them.
Exit code 1: it cannot be known. Read the item, and decide whether to write again.

Examples:
  $ twinwrite settle update-42-01M8A425CWP2ZQVJ2632CYBN6W --key id=42 --inline
  $ twinwrite settle update-42-01M8A425CWP2ZQVJ2632CYBN6W --key id=42 \\
      --before create.create-42-01M8A42470BRZ4A0KNRHRYDN4H.20261129T020000000Z@3 --json`,
    )
    .action((run: string, options: SettleOptions) => settle(run, options, io));
}

async function settle(text: string, options: SettleOptions, io: Io): Promise<void> {
  io.interruption.says = 'interrupted';
  const client = await connect(options, io);
  const run = await runOf(text, options, client.store);
  const controller = new AbortController();
  const progress = progressLine(io.stderr);
  const stopListening = io.onSignal(['SIGINT'], () => controller.abort());
  try {
    const outcome = await client.outcome(run, {
      before: options.before,
      signal: controller.signal,
      onProgress: (state) => {
        if (state.phase === 'waiting') io.interruption.says = goesOn(state.executionArn);
        progress.update(state);
      },
    });
    progress.end();
    await tell(outcome, options, io);
  } catch (error) {
    progress.end();
    if (!controller.signal.aborted) throw error;
    if (error instanceof WaitInterrupted)
      throw new Interrupted(goesOn(error.executionArn), error.executionArn);
    throw new Interrupted('interrupted; the same command goes on');
  } finally {
    stopListening();
  }
}

function goesOn(executionArn: string): string {
  return `interrupted; ${executionArn.split(':').at(-1)} goes on by itself: the same command waits for it`;
}

async function tell(outcome: Outcome, options: SettleOptions, io: Io): Promise<void> {
  const { version, message, executionArn } = outcome;
  const key = keyText(options.key);
  if (options.json) await print(io.stdout, exactJson(outcome));
  if (outcome.outcome === 'unknown') throw new CommandFailed(`${key}: it cannot be known: ${message}`);
  if (options.json) return;
  const state = version === undefined ? '' : version === null ? ', and deleted' : `, at version ${version}`;
  const line = outcome.outcome === 'written' ? `written${state}` : `not written: ${message}`;
  await print(io.stdout, `${key}: ${line}${executionArn === undefined ? '' : `\n  run  ${executionArn}`}`);
}

/** @throws {UsageError} for what names no Express run */
async function runOf(text: string, options: SettleOptions, store: StoreDescriptor): Promise<ExpressRun> {
  const { encodeKey } = await import('../../../client/values.ts');
  const named = ofArn(text, store) ?? ofKeys(text) ?? ofName(text);
  const id = expressId(named.name);
  if (id === undefined) {
    throw new UsageError(`${text}: no Express run; its name ends in a ULID, or is a UUID`);
  }
  const operation = options.operation ?? named.operation;
  if (operation === undefined)
    throw new UsageError(`--operation: needed, since ${text} does not begin with one`);
  const key = encodeKey(keyOf(options.key, store.key), store.key) as ExpressRun['key'];
  await checkItem(named.name, operation, key, options);
  return { operation, id, key, inline: options.inline ?? false, startedAt: new Date(0).toISOString() };
}

/**
 * What settles a run takes a name that there is once: of a run that the client has named it must not be started for another item. Names
 * that others have made may tell anything.
 * @throws {UsageError}
 */
async function checkItem(
  name: string,
  operation: Operation,
  key: ExpressRun['key'],
  options: SettleOptions,
): Promise<void> {
  const { itemInName, itemToldBy } = await import('../../../client/write/execution.ts');
  const told = itemToldBy(name, operation);
  const own = itemInName(operation, key);
  if (told === undefined || told === own || options.force) return;
  throw new UsageError(
    `${name}: by its name the run is of ${told}, and --key is ${keyText(options.key)}. Under a wrong key it cannot be settled any more; --force goes on`,
  );
}

interface NamedRun {
  readonly name: string;
  readonly operation?: Operation | undefined;
}

/** `arn:aws:states:eu-central-1:111122223333:express:MACHINE:NAME:UUID` */
function ofArn(text: string, { express }: StoreDescriptor): NamedRun | undefined {
  const [arn, , , , , kind, , name] = text.split(':');
  if (arn !== 'arn') return undefined;
  if (kind !== 'express' || name === undefined)
    throw new UsageError(`${text}: no ARN of an Express execution`);
  const machine = text.split(':').slice(0, 7).join(':').replace(':express:', ':stateMachine:');
  const operation = OPERATIONS.find((each) => express?.stateMachines[each] === machine);
  if (operation === undefined) throw new UsageError(`${text}: of no Express state machine of this store`);
  return { name, operation };
}

/** `update.x.ID`, and whatever follows. */
function ofKeys(text: string): NamedRun | undefined {
  const [operation, kind, name] = text.split('.');
  const isRun = kind === 'x' && name !== undefined && isOperation(operation);
  return isRun ? { operation: operation as Operation, name } : undefined;
}

function ofName(text: string): NamedRun {
  const [begin] = text.split('-');
  return { name: text, operation: isOperation(begin) ? (begin as Operation) : undefined };
}

function isOperation(text: string | undefined): boolean {
  return (OPERATIONS as readonly (string | undefined)[]).includes(text);
}

function asBefore(text: string): NonNullable<OutcomeOptions['before']> {
  const [, createdBy, version] = /^([^@]{1,500})@([1-9]\d{0,14})$/.exec(text) ?? [];
  if (createdBy === undefined) {
    throw new InvalidArgumentError('Expected createdBy@version, as get --json prints them.');
  }
  return { createdBy, version: Number(version) };
}
