// How a command ends when it does not do what it was asked: one line for a person, an object for a program, an exit code.

import { CommanderError } from 'commander';
import { oneLine } from '../audit/drawing/text.ts';
import { AuditError } from '../audit/errors.ts';
import { messageOf, TwinwriteError } from '../client/errors/errors.ts';
import { NotWritten } from '../client/errors/write-errors.ts'; // not the whole client: --help need not load AWS's SDK

/** 0: done. 1: it failed. 2: the command line is wrong. 130: Ctrl-C, as shells have it (128 + SIGINT). */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The command line is wrong; the message begins with the option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked cannot be done, for a reason of the command's own. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Ctrl-C; the message says what goes on without the command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly executionArn: string | undefined;
  /** Of a listing: where it stands. */
  readonly cursor: string | undefined;

  constructor(message: string, executionArn?: string, cursor?: string) {
    super(message);
    this.executionArn = executionArn;
    this.cursor = cursor;
  }
}

export interface Report {
  readonly exitCode: number;
  /** Without `error: `. */
  readonly line: string;
  /** What `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** @param endpoint - where AWS was called, when AWS_ENDPOINT_URL says so */
export function reportOf(error: unknown, endpoint: string | undefined): Report {
  if (error instanceof CommanderError) return usageReport(error.message.replace(/^error: /, ''));
  if (error instanceof UsageError) return usageReport(error.message);
  if (error instanceof Interrupted) {
    const { message, executionArn, cursor } = error;
    return report(EXIT.interrupted, message, { error: error.name, message, executionArn, cursor });
  }
  if (error instanceof NotWritten) return notWrittenReport(error);
  if (error instanceof AuditError) {
    const { name, message, cause: _, stack: __, ...details } = { ...error, message: error.message };
    return report(EXIT.failed, message, { error: name, message, ...details });
  }
  if (error instanceof TwinwriteError && ('executionArn' in error || !isOfEnvironment(error))) {
    const { name, message, cause: _, stack: __, ...details } = { ...error, message: error.message };
    return report(EXIT.failed, message, { error: name, message, ...details });
  }
  const line = explain(error, endpoint);
  return report(EXIT.failed, line, { error: rootCause(error).name, message: line });
}

function usageReport(message: string): Report {
  return report(EXIT.usage, message, { error: 'UsageError', message });
}

/** `RolledBack, ConditionFailed: ...`, and what that means for the item. */
function notWrittenReport(error: NotWritten): Report {
  const { name, reason, message, details, ...rest } = { ...error, message: error.message };
  const executionArn = 'executionArn' in rest ? rest.executionArn : undefined;
  const outcome = name === 'RolledBack' ? 'rolled back' : 'rejected';
  const run = typeof executionArn === 'string' ? ` by ${nameIn(executionArn)}` : '';
  return report(EXIT.failed, `${outcome}${run}: ${message}`, {
    error: name,
    reason,
    message,
    details,
    executionArn,
  });
}

/** The execution's name; of an Express one an id follows it. */
function nameIn(executionArn: string): string | undefined {
  return executionArn.split(':').at(executionArn.includes(':express:') ? -2 : -1);
}

function report(exitCode: number, line: string, json: Report['json']): Report {
  return { exitCode, line: oneLine(line), json };
}

interface SystemError extends Error {
  readonly code?: string;
}

/** The SDK's message; the error has no name of its own. */
const NO_REGION = /region is missing/i;

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ETIMEDOUT',
]);

/** Whether AWS could not even be asked. */
function isOfEnvironment(error: unknown): boolean {
  const { name, code = '', message } = rootCause(error);
  return name === 'CredentialsProviderError' || UNREACHABLE.has(code) || NO_REGION.test(message);
}

/** One line for what AWS's SDK and the system throw. */
function explain(error: unknown, endpoint: string | undefined): string {
  const { name, code = '', message } = rootCause(error);
  if (UNREACHABLE.has(code)) {
    const place = endpoint ?? 'AWS';
    const hint = endpoint === undefined ? '' : '; is `twinwrite local` running there?';
    return `cannot reach ${place} (${code})${hint}`;
  }
  if (name === 'CredentialsProviderError') {
    return 'no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  }
  if (NO_REGION.test(message)) return 'no AWS Region: give --region, or set AWS_REGION';
  return name === 'Error' || name === 'CommandFailed' ? message : messageOf(rootCause(error));
}

/** The innermost error: what the layers above only pass on. */
function rootCause(error: unknown): SystemError {
  if (!(error instanceof Error)) return new Error(String(error));
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error ? rootCause(inner) : error;
}
