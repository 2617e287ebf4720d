// Continuous backups of a table: the setting, and the times that it would give. There is no backup to restore from.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoveryDescription.html

import type { Clock } from '../clock.ts';
import type { Request, TableDescription } from './dynalite.ts';
import { invalidParameters } from './errors.ts';
import { saveTable } from './storage.ts';
import type { TableContext } from './table-description.ts';
import { requestedTable } from './tables.ts';

/** Since when changes of a table could be undone, in seconds, and how far back at most. */
interface Recovery {
  readonly since: number;
  readonly days: number;
}

const MAX_RECOVERY_DAYS = 35;
const DAY_S = 24 * 60 * 60;
/** The latest time that AWS can restore a table to is five minutes ago. */
const RECOVERY_LAG_S = 5 * 60;

export async function describeContinuousBackups(
  { store, clock }: TableContext,
  input: Request,
): Promise<object> {
  return { ContinuousBackupsDescription: continuousBackups(await requestedTable(store, input), clock) };
}

export async function updateContinuousBackups(
  { store, clock }: TableContext,
  input: Request,
): Promise<object> {
  const table = await requestedTable(store, input);
  const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = (input.PointInTimeRecoverySpecification ??
    {}) as Request;
  if (typeof PointInTimeRecoveryEnabled !== 'boolean') {
    throw invalidParameters(
      'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled must be true or false',
    );
  }
  const days = recoveryDays(RecoveryPeriodInDays);
  const former = recoveryOf(table);
  const recovery: Recovery = {
    since: former?.since ?? clock.now() / 1000,
    days: days ?? former?.days ?? MAX_RECOVERY_DAYS,
  };
  const updated = { ...table, _pointInTimeRecovery: PointInTimeRecoveryEnabled && recovery };
  await saveTable(store, updated);
  return { ContinuousBackupsDescription: continuousBackups(updated, clock) };
}

function recoveryDays(days: unknown): number | undefined {
  if (days === undefined || days === null) return undefined;
  if (typeof days !== 'number' || !Number.isInteger(days) || days < 1 || days > MAX_RECOVERY_DAYS) {
    throw invalidParameters(`RecoveryPeriodInDays must be between 1 and ${MAX_RECOVERY_DAYS}`);
  }
  return days;
}

function recoveryOf({ _pointInTimeRecovery, CreationDateTime }: TableDescription): Recovery | undefined {
  if (!_pointInTimeRecovery) return undefined;
  // Earlier versions kept only whether it is on.
  return _pointInTimeRecovery === true
    ? { since: Number(CreationDateTime), days: MAX_RECOVERY_DAYS }
    : (_pointInTimeRecovery as Recovery);
}

function continuousBackups(table: TableDescription, clock: Clock): object {
  const recovery = recoveryOf(table);
  const now = clock.now() / 1000;
  const earliest = recovery && Math.max(recovery.since, now - recovery.days * DAY_S);
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: recovery ? 'ENABLED' : 'DISABLED',
      ...(recovery && {
        RecoveryPeriodInDays: recovery.days,
        EarliestRestorableDateTime: earliest,
        LatestRestorableDateTime: Math.max(earliest ?? 0, now - RECOVERY_LAG_S),
      }),
    },
  };
}
