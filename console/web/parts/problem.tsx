// What went wrong, in a sentence, and what can be done about it.

import { CircleAlert, KeyRound, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../data/http.ts';

const TITLES: Readonly<Record<string, string>> = {
  ConsoleGone: 'The console has ended',
  SecretMissing: 'This page was not opened by the console',
  NoCredentials: 'No AWS credentials',
  AccessDenied: 'Not allowed',
  Throttled: 'AWS asks for patience',
  Unreachable: 'AWS cannot be reached',
  RunNotFound: 'No such run',
  LogsUnreadable: 'The log of Express runs cannot be read',
  InvalidKey: 'This is no key of the table',
};

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** Offered where it is the log of Express runs that cannot be read. */
  readonly onStandard?: (() => void) | undefined;
  readonly level?: 1 | 2;
}

/** In place of a view that could not be loaded. */
export function Problem({ error, onRetry, onStandard, level }: ProblemProps) {
  const code = error instanceof ApiError ? error.problem.error : '';
  const Icon = code === 'SecretMissing' ? KeyRound : code === 'RunNotFound' ? SearchX : CircleAlert;
  return (
    <Notice icon={<Icon aria-hidden />} title={TITLES[code] ?? 'Something went wrong'} level={level}>
      <p role="alert">{messageOf(error)}</p>
      {onRetry && (
        <div className="actions">
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
          {onStandard && code === 'LogsUnreadable' && (
            <button type="button" className="button primary" onClick={onStandard}>
              Show the Standard lane alone
            </button>
          )}
        </div>
      )}
    </Notice>
  );
}

/** Above a view that is shown as it was when it was loaded last. */
export function ProblemStrip({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className="strip" role="alert">
      <CircleAlert aria-hidden />
      <span>{messageOf(error)}</span>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

interface NoticeProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** Of its heading: 2 within a view that has one of its own. */
  readonly level?: 1 | 2 | undefined;
  readonly children?: ReactNode;
}

export function Notice({ icon, title, level = 1, children }: NoticeProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="notice">
      {icon}
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
